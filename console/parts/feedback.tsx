import type { ComponentChildren } from 'preact'
import { wordsOf } from '../api.js'
import type { Loaded } from '../load.js'

/** What went wrong, in words; nothing when nothing did. */
export function Notice({ error }: { error: unknown }) {
  return error === undefined ? null : (
    <p class="notice" role="alert">
      {wordsOf(error)}
    </p>
  )
}

/** Instead of a list without items: what it is for and what to do next. */
export function Empty({ title, text, children }: { title: string; text: string; children?: ComponentChildren }) {
  return (
    <div class="empty">
      <h2>{title}</h2>
      <p>{text}</p>
      <div class="row">{children}</div>
    </div>
  )
}

/** Holds the place of something that is on its way, so that nothing jumps when it comes. */
export function Skeleton({ rows = 3, height = 40 }: { rows?: number; height?: number }) {
  return (
    <div class="panel-body" aria-busy="true">
      <span class="visually-hidden">Loading</span>
      {Array.from({ length: rows }, (_, row) => (
        <div key={row} class="skeleton" style={{ height: `${height}px` }} />
      ))}
    </div>
  )
}

/** Shows what was fetched, or that it comes, or why it does not. */
export function Show<T>({
  of: { value, error, reload },
  rows,
  height,
  children,
}: {
  of: Loaded<T>
  rows?: number
  height?: number
  children: (value: T) => ComponentChildren
}) {
  if (value !== undefined) {
    // What was fetched before stays, with the reason why it may be old.
    return (
      <>
        <Notice error={error} />
        {children(value)}
      </>
    )
  }
  if (error === undefined) return <Skeleton {...(rows !== undefined && { rows })} {...(height && { height })} />
  return (
    <div class="panel-body stack">
      <Notice error={error} />
      <button type="button" onClick={reload}>
        Try again
      </button>
    </div>
  )
}
