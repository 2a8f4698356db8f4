import { type Command, print, UsageError } from './command.js'
import { completeInBash, completeInFish, completeInZsh, type Entry } from './completion-scripts.js'
import { didYouMean } from './suggest.js'

const SHELLS: Readonly<Record<string, (entries: readonly Entry[]) => string>> = {
  bash: completeInBash,
  zsh: completeInZsh,
  fish: completeInFish,
}

/** The command that prints a completion script, made from the definitions of all commands. */
export function createCompletion(commands: () => readonly Command[]): Command {
  return {
    name: 'completion',
    summary: 'Print a completion script for your shell',
    positionals: [Object.keys(SHELLS).join('|')],
    options: {},
    notes: () => `bash  recollect completion bash > ~/.local/share/bash-completion/completions/recollect
zsh   recollect completion zsh > "\${fpath[1]}/_recollect"
fish  recollect completion fish > ~/.config/fish/completions/recollect.fish

A new shell has it; for this one, bash: eval "$(recollect completion bash)".`,
    async run(input) {
      const [shell = ''] = input.positionals
      const render = Object.hasOwn(SHELLS, shell) ? SHELLS[shell] : undefined
      if (render === undefined) {
        const names = Object.keys(SHELLS)
        throw new UsageError(
          `there is no completion for "${shell}"${didYouMean(shell, names) || `; give ${names.join(', ')}`}`,
        )
      }
      print(render(commands().map(toEntry)))
    },
  }
}

function toEntry({ name, summary, options, positionals = [] }: Command): Entry {
  const [argument = ''] = positionals
  return {
    name,
    summary,
    options: [
      ...Object.entries(options).map(([option, { help, type }]) => ({
        flag: `--${option}`,
        help,
        takesText: type === 'string',
      })),
      { flag: '--help', help: 'Show how it is used', takesText: false },
    ],
    choices: argument.includes('|') ? argument.split('|') : [],
    takesFile: argument === 'FILE',
  }
}
