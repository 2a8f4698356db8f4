import stem from 'wink-porter2-stemmer'

const WORD = /[\p{L}\p{N}]+(?:'[\p{L}]+)?/gu
const ENGLISH = /^[a-z]+$/
const MAX_CACHED_STEMS = 50_000

/** Words that say nothing about what a text is about. */
const STOPWORDS = new Set(
  `a about above after again all also am an and any are as at be because been before being below between both but by
  can could did do does doing don down during each few for from further had has have having he her here hers herself him
  himself his how i if in into is it its itself just me more most my myself no nor not now of off on once only or other
  our ours ourselves out over own s same she should so some such t than that the their theirs them themselves then there
  these they this those through to too under until up us very was we were what when where which while who whom why will
  with would you your yours yourself yourselves ll ve re d m didn doesn isn wasn won let got get really much many`
    .split(/\s+/)
    .filter((word) => word !== ''),
)

const stems = new Map<string, string>()

function stemOf(word: string): string {
  const known = stems.get(word)
  if (known !== undefined) return known
  const stemmed = stem(word)
  if (stems.size >= MAX_CACHED_STEMS) stems.clear()
  stems.set(word, stemmed)
  return stemmed
}

/**
 * The terms of a text for lexical search, in order: NFKC, lower case, no possessive, no stopwords, English words by
 * their Porter2 stem. Words of other languages stay as they are.
 */
export function termsOf(text: string): string[] {
  const normalized = text.normalize('NFKC').toLowerCase().replaceAll(/[’`]/g, "'")
  const terms: string[] = []
  for (const [match] of normalized.matchAll(WORD)) {
    const word = match.replace(/'s$/, '').replaceAll("'", '')
    if (word === '' || STOPWORDS.has(word)) continue
    terms.push(ENGLISH.test(word) ? stemOf(word) : word)
  }
  return terms
}

/** The form in which two texts that say the same in the same words are equal. */
export function normalizeText(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
}
