import { diffWords } from '../diff.js'

/** A change of a text, with what went and what came. */
export function Diff({ older, newer }: { older: string; newer: string }) {
  return (
    <p>
      {diffWords(older, newer).map(({ kind, text }, index) => {
        const key = `${index}-${kind}`
        if (kind === 'added') return <ins key={key}>{text}</ins>
        if (kind === 'removed') return <del key={key}>{text}</del>
        return <span key={key}>{text}</span>
      })}
    </p>
  )
}
