import { useCallback, useEffect, useRef, useState } from 'preact/hooks'

/** Something that is fetched. A value stays while it is fetched again, so that nothing jumps. */
export interface Loaded<T> {
  readonly value: T | undefined
  readonly error: unknown
  readonly loading: boolean
  reload(): void
}

interface State<T> {
  readonly key: string
  readonly value?: T
  readonly error?: unknown
  readonly loading: boolean
}

/**
 * Fetches when the key changes, and when `reload` is called. An answer that comes when another key is wanted is dropped.
 *
 * @param key what is fetched; a value of another key is not shown
 */
export function useLoad<T>(key: string, load: () => Promise<T>): Loaded<T> {
  const [state, setState] = useState<State<T>>({ key, loading: true })
  const latest = useRef(load)
  latest.current = load
  const wanted = useRef('')
  const run = useCallback(() => {
    wanted.current = key
    setState((old) => (old.key === key ? { ...old, loading: true } : { key, loading: true }))
    latest.current().then(
      (value) => wanted.current === key && setState({ key, value, loading: false }),
      (error) => wanted.current === key && setState((old) => ({ ...old, error, loading: false })),
    )
  }, [key])
  useEffect(() => {
    run()
    return () => {
      wanted.current = ''
    }
  }, [run])
  const current = state.key === key ? state : { key, loading: true }
  return { value: current.value, error: current.error, loading: current.loading, reload: run }
}

/** Calls again and again while the page is open and seen. */
export function useInterval(milliseconds: number | undefined, work: () => void): void {
  const latest = useRef(work)
  latest.current = work
  useEffect(() => {
    if (milliseconds === undefined) return undefined
    const timer = setInterval(() => {
      if (!document.hidden) latest.current()
    }, milliseconds)
    return () => clearInterval(timer)
  }, [milliseconds])
}
