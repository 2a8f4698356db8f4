import type { ComponentChildren } from 'preact'
import { useId } from 'preact/hooks'
import type { Explanation } from '../../src/contract/recall.js'
import { formatTime } from '../format.js'
import { Bar } from '../parts/bar.js'

/** Marks the words that begin with a stem that matched. */
function highlight(content: string, stems: readonly string[]): ComponentChildren {
  if (stems.length === 0) return content
  return content.split(/(\p{L}[\p{L}\p{N}'’]*)/u).map((word, index) => {
    const matched = stems.some((stem) => word.toLowerCase().startsWith(stem))
    const key = `${index}-${word}`
    return matched ? <mark key={key}>{word}</mark> : <span key={key}>{word}</span>
  })
}

function formatAge(days: number): string {
  if (days < 1) return 'today'
  const whole = Math.floor(days)
  return whole === 1 ? '1 day' : `${whole} days`
}

function Reason({ name, value }: { name: string; value: number | undefined }) {
  return (
    <>
      <span class="soft">{name}</span>
      <Bar label={`${name} ${value?.toFixed(2) ?? 'unknown'}`} shares={[value ?? 0]} />
      <span class="number">{value?.toFixed(2) ?? '–'}</span>
    </>
  )
}

function Hit({ hit, below }: { hit: Explanation; below: boolean }) {
  return (
    <li class={`hit ${below ? 'below' : ''}`}>
      <div>
        <span class="score">{hit.score?.toFixed(2) ?? '–'}</span>
        <Bar label={`Score ${hit.score?.toFixed(2) ?? 'none'}`} shares={[hit.score ?? 0]} />
      </div>
      <div>
        <p class="content">{highlight(hit.content, hit.matchedTerms)}</p>
        <p class="row soft small-text">
          <span>{hit.kind}</span>
          <time dateTime={hit.occurredAt}>{formatTime(hit.occurredAt)}</time>
          {below && <span class="chip">below the threshold</span>}
        </p>
      </div>
      <div class="reasons">
        <Reason name="Words" value={hit.lexical} />
        <Reason name="Meaning" value={hit.cosine} />
        <span class="soft">Age</span>
        <span class="age">{formatAge(hit.ageDays)}</span>
        {hit.matchedTerms.length > 0 && (
          <>
            <span class="soft">Matched</span>
            <span class="matched">{hit.matchedTerms.join(', ')}</span>
          </>
        )}
      </div>
    </li>
  )
}

interface HitsProps {
  hits: readonly Explanation[]
  threshold: number
  onThreshold: (threshold: number) => void
}

/** The ranked memories; those below the threshold stay to be seen, in grey. */
export function Hits({ hits, threshold, onThreshold }: HitsProps) {
  const id = useId()
  const above = hits.filter(({ score }) => score === undefined || score >= threshold).length
  return (
    <section class="panel">
      <div class="panel-head">
        <h2>
          {above} of {hits.length} memories
        </h2>
        <div class="row">
          <label for={id}>Threshold</label>
          <input
            id={id}
            type="range"
            min="0"
            max="1"
            step="0.01"
            value={threshold}
            onInput={(event) => onThreshold(Number(event.currentTarget.value))}
          />
          <output for={id} class="number threshold">
            {threshold.toFixed(2)}
          </output>
        </div>
      </div>
      {hits.length === 0 ? (
        <p class="panel-body soft">Nothing is remembered that fits. Ask otherwise, or allow more memories.</p>
      ) : (
        <ol class="list">
          {hits.map((hit) => (
            <Hit key={hit.id} hit={hit} below={hit.score !== undefined && hit.score < threshold} />
          ))}
        </ol>
      )}
    </section>
  )
}
