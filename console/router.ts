import { useEffect, useState } from 'preact/hooks'

const BASE = '/console'

/** The parts of the address below /console, and its query. */
export interface Route {
  readonly parts: readonly string[]
  readonly query: URLSearchParams
}

function readRoute(): Route {
  const parts = location.pathname.slice(BASE.length).split('/').filter(Boolean)
  return { parts, query: new URLSearchParams(location.search) }
}

/** The address of a page of the console. */
export function pathTo(...parts: string[]): string {
  return [BASE, ...parts].join('/')
}

/** Goes to a page. */
export function navigate(path: string, { replace = false } = {}): void {
  if (replace) history.replaceState(null, '', path)
  else history.pushState(null, '', path)
  dispatchEvent(new PopStateEvent('popstate'))
}

/** The page that is open; follows links and the browser's own buttons. */
export function useRoute(): Route {
  const [route, setRoute] = useState(readRoute)
  useEffect(() => {
    const update = () => setRoute(readRoute())
    addEventListener('popstate', update)
    document.addEventListener('click', followLink)
    return () => {
      removeEventListener('popstate', update)
      document.removeEventListener('click', followLink)
    }
  }, [])
  return route
}

/** A click on a link to another page needs no new document, unless the reader asks for one. */
function followLink(event: MouseEvent): void {
  const link = event.target instanceof Element ? event.target.closest('a') : null
  if (link === null || event.defaultPrevented || event.button !== 0) return
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
  if (link.origin !== location.origin || !link.pathname.startsWith(BASE) || link.hash !== '') return
  if (link.target !== '' || link.hasAttribute('download')) return
  event.preventDefault()
  navigate(link.pathname + link.search)
}
