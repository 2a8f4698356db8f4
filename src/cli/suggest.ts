import { distance } from 'fastest-levenshtein'

/** So many letters of a word may be wrong, and at most a third of it. */
const MAX_WRONG = 3

/** The candidate that somebody who wrote `word` probably meant; nothing when none is close. */
export function findClosest(word: string, candidates: readonly string[]): string | undefined {
  const [best] = candidates
    .map((candidate) => ({ candidate, wrong: distanceOf(word, candidate) }))
    .filter(({ candidate, wrong }) => wrong <= Math.min(MAX_WRONG, Math.ceil(candidate.length / 3)))
    .sort((one, other) => one.wrong - other.wrong)
  return best?.candidate
}

/** Words may stand in another order: `create account` is `account create`. */
function distanceOf(word: string, candidate: string): number {
  const sorted = (text: string) => text.toLowerCase().split(' ').sort().join(' ')
  return Math.min(distance(word.toLowerCase(), candidate.toLowerCase()), distance(sorted(word), sorted(candidate)))
}

/** The end of a message about `word`: what was probably meant, or nothing. */
export function didYouMean(word: string, candidates: readonly string[], prefix = ''): string {
  const closest = findClosest(word, candidates)
  return closest === undefined ? '' : `; did you mean ${prefix}${closest}?`
}
