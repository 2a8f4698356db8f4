import type { ComponentChildren } from 'preact'
import { useEffect, useRef } from 'preact/hooks'

interface PageProps {
  title: string
  text?: ComponentChildren
  actions?: ComponentChildren
  children: ComponentChildren
}

/** A page: its title is read out and named in the window when it opens. */
export function Page({ title, text, actions, children }: PageProps) {
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    if (document.activeElement === document.body || document.activeElement?.closest('nav')) heading.current?.focus()
  }, [])
  useEffect(() => {
    document.title = `${title} – Recollect`
  }, [title])
  return (
    <>
      <div class="page-head">
        <div>
          <h1 ref={heading} tabIndex={-1}>
            {title}
          </h1>
          {text !== undefined && <p>{text}</p>}
        </div>
        <div class="row">{actions}</div>
      </div>
      {children}
    </>
  )
}

/** Back and forth in a list. */
export function Pager({
  next,
  previous,
  go,
}: {
  next: string | undefined
  previous: string | undefined
  go: (token: string) => void
}) {
  if (next === undefined && previous === undefined) return null
  return (
    <div class="panel-body row end">
      <button type="button" disabled={previous === undefined} onClick={() => go(previous ?? '')}>
        Newer
      </button>
      <button type="button" disabled={next === undefined} onClick={() => go(next ?? '')}>
        Older
      </button>
    </div>
  )
}
