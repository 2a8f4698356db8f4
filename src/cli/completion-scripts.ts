/** What a shell has to know of one command. */
export interface Entry {
  readonly name: string
  readonly summary: string
  readonly options: readonly { readonly flag: string; readonly help: string; readonly takesText: boolean }[]
  /** Words of which the argument is one. */
  readonly choices: readonly string[]
  readonly takesFile: boolean
}

/** Words that may stand first, and after a noun its verbs. */
function wordTree(entries: readonly Entry[]): Map<string, string[]> {
  const tree = new Map<string, string[]>()
  for (const { name } of entries) {
    const [noun = '', verb] = name.split(' ')
    tree.set(noun, [...(tree.get(noun) ?? []), ...(verb === undefined ? [] : [verb])])
  }
  return tree
}

function nouns(entries: readonly Entry[]): [string, string[]][] {
  return [...wordTree(entries)].filter(([, verbs]) => verbs.length > 0)
}

/** A text in single quotes of a POSIX shell. */
function quote(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`
}

export function completeInBash(entries: readonly Entry[]): string {
  const firstWords = [...wordTree(entries).keys(), 'help', '--help', '--version'].join(' ')
  const verbs = nouns(entries).map(([noun, words]) => `    ${quote(noun)}) words=${quote(words.join(' '))} ;;`)
  const cases = entries.map(({ name, options, choices, takesFile }) => {
    const takers = options.filter(({ takesText }) => takesText).map(({ flag }) => flag)
    return [
      `    ${quote(name)})`,
      ...(takers.length > 0 ? [`      case "$previous" in ${takers.join('|')}) return ;; esac`] : []),
      `      words=${quote([...options.map(({ flag }) => flag), ...choices].join(' '))}`,
      ...(takesFile ? ['      [[ $current == -* ]] || COMPREPLY=($(compgen -f -- "$current"))'] : []),
      '      ;;',
    ].join('\n')
  })
  return `# bash completion for recollect; made by: recollect completion bash
_recollect() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" words='' command="\${COMP_WORDS[1]}"
  COMPREPLY=()
  if (( COMP_CWORD == 1 )); then
    COMPREPLY=($(compgen -W ${quote(firstWords)} -- "$current"))
    return
  fi
  case "$command" in
    ${nouns(entries)
      .map(([noun]) => noun)
      .join('|')}) (( COMP_CWORD > 2 )) && command="$command \${COMP_WORDS[2]}" ;;
  esac
  case "$command" in
${[...verbs, ...cases].join('\n')}
  esac
  [[ -n $words ]] && COMPREPLY+=($(compgen -W "$words" -- "$current"))
}
complete -o filenames -F _recollect recollect`
}

function escapeZsh(text: string): string {
  return text.replaceAll(/([[\]:\\])/g, String.raw`\$1`)
}

function zshArguments({ options, choices, takesFile }: Entry): string {
  const specs = options.map(({ flag, help, takesText }) =>
    quote(`*${flag}[${escapeZsh(help)}]${takesText ? ':value: ' : ''}`),
  )
  if (takesFile) specs.push(quote('*:file:_files'))
  if (choices.length > 0) specs.push(quote(`*:argument:(${choices.join(' ')})`))
  return specs.join(' ')
}

export function completeInZsh(entries: readonly Entry[]): string {
  const firstWords = [...wordTree(entries).keys()].map((word) => {
    const entry = entries.find(({ name }) => name === word)
    const summary = entry?.summary ?? `Commands about ${word}s`
    return `    ${quote(`${word}:${escapeZsh(summary)}`)}`
  })
  const verbs = nouns(entries).map(([noun, words]) => {
    const described = words.map((verb) => {
      const summary = entries.find(({ name }) => name === `${noun} ${verb}`)?.summary ?? ''
      return quote(`${verb}:${escapeZsh(summary)}`)
    })
    return `    ${quote(noun)}) local -a verbs=(${described.join(' ')}); _describe 'command' verbs ;;`
  })
  const cases = entries.map((entry) => `    ${quote(entry.name)}) _arguments ${zshArguments(entry)} ;;`)
  return `#compdef recollect
# zsh completion for recollect; made by: recollect completion zsh
_recollect() {
  local -a commands=(
${firstWords.join('\n')}
    'help:Show the commands'
  )
  if (( CURRENT == 2 )); then
    _describe 'command' commands
    return
  fi
  local command="$words[2]"
  case "$command" in
    ${nouns(entries)
      .map(([noun]) => noun)
      .join('|')}) if (( CURRENT > 3 )); then command="$command $words[3]"; shift words; (( CURRENT-- )); fi ;;
  esac
  shift words
  (( CURRENT-- ))
  case "$command" in
${[...verbs, ...cases].join('\n')}
  esac
}
if [ "$funcstack[1]" = "_recollect" ]; then _recollect "$@"; else compdef _recollect recollect; fi`
}

export function completeInFish(entries: readonly Entry[]): string {
  const quoteFish = (text: string) => quote(text).replaceAll(String.raw`'\''`, String.raw`\'`)
  const lines = [...wordTree(entries).keys()].map((word) => {
    const summary = entries.find(({ name }) => name === word)?.summary ?? `Commands about ${word}s`
    return `complete -c recollect -n __fish_use_subcommand -f -a ${word} -d ${quoteFish(summary)}`
  })
  for (const { name, summary, options, choices, takesFile } of entries) {
    const [noun = '', verb] = name.split(' ')
    const seen = (word: string) => `__fish_seen_subcommand_from ${word}`
    if (verb !== undefined) {
      const siblings = wordTree(entries).get(noun)?.join(' ') ?? ''
      lines.push(
        `complete -c recollect -n ${quoteFish(`${seen(noun)}; and not ${seen(siblings)}`)} -f -a ${verb} -d ${quoteFish(summary)}`,
      )
    }
    const when = quoteFish(verb === undefined ? seen(noun) : `${seen(noun)}; and ${seen(verb)}`)
    for (const { flag, help, takesText } of options) {
      lines.push(`complete -c recollect -n ${when}${takesText ? ' -x' : ''} -l ${flag.slice(2)} -d ${quoteFish(help)}`)
    }
    if (choices.length > 0) lines.push(`complete -c recollect -n ${when} -f -a ${quoteFish(choices.join(' '))}`)
    lines.push(`complete -c recollect -n ${when} ${takesFile ? '-F' : '-f'}`)
  }
  return `# fish completion for recollect; made by: recollect completion fish
${lines.join('\n')}`
}
