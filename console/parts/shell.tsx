import type { ComponentChildren } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { useLoad } from '../load.js'
import { fetchStore } from '../resources.js'
import { pathTo, type Route } from '../router.js'
import { credentials, signOut } from '../session.js'
import { readTheme, setTheme, type Theme } from '../settings.js'
import { Icon, type IconName } from './icon.js'
import { Shortcuts } from './shortcuts.js'

const LAST_STORE = 'recollect-store'

const STORE_PAGES: readonly (readonly [IconName, string])[] = [
  ['people', 'People'],
  ['recall', 'Recall'],
  ['imports', 'Imports'],
  ['settings', 'Settings'],
]

/** The store of the address, or the one before. */
function storeOf({ parts: [section, store] }: Route): string | undefined {
  if (section === 'stores' && store !== undefined) sessionStorage.setItem(LAST_STORE, store)
  return sessionStorage.getItem(LAST_STORE) ?? undefined
}

/** Forgets the store that the navigation shows, because it is gone. */
export function forgetStore(): void {
  sessionStorage.removeItem(LAST_STORE)
}

const CHANGED = 'recollect-store-changed'

/** Lets the navigation read the store's name again. */
export function tellStoreChanged(): void {
  dispatchEvent(new Event(CHANGED))
}

function StoreLinks({ store, route }: { store: string; route: Route }) {
  const { value, error, reload } = useLoad(store, () => fetchStore(store))
  useEffect(() => {
    addEventListener(CHANGED, reload)
    return () => removeEventListener(CHANGED, reload)
  }, [reload])
  if (error !== undefined) return null
  const [section, current, noun = 'people'] = route.parts
  return (
    <>
      <p class="store-name">{value?.displayName ?? '\u00a0'}</p>
      {STORE_PAGES.map(([name, label]) => (
        <a
          key={name}
          href={pathTo('stores', store, name)}
          {...(section === 'stores' && current === store && noun === name && { 'aria-current': 'page' })}
        >
          <Icon name={name} />
          {label}
        </a>
      ))}
    </>
  )
}

const NEXT_THEME = { auto: 'light', light: 'dark', dark: 'auto' } as const
const THEME_LABEL = { auto: 'as the system', light: 'light', dark: 'dark' } as const

function Foot({ onShortcuts }: { onShortcuts: () => void }) {
  const [theme, setShown] = useState<Theme>(readTheme())
  const change = () => {
    setTheme(NEXT_THEME[theme])
    setShown(NEXT_THEME[theme])
  }
  return (
    <div class="side-foot">
      <span class="who mono">{credentials()?.username.slice(0, 14)}…</span>
      <button type="button" class="quiet small" onClick={change}>
        Theme: {THEME_LABEL[theme]}
      </button>
      <button type="button" class="quiet small" onClick={onShortcuts}>
        Shortcuts <kbd>?</kbd>
      </button>
      <button type="button" class="quiet small" onClick={signOut}>
        Sign out
      </button>
    </div>
  )
}

/** Navigation beside the page, above it on small screens. */
export function Shell({ route, children }: { route: Route; children: ComponentChildren }) {
  const [open, setOpen] = useState(false)
  const [help, setHelp] = useState(false)
  const store = storeOf(route)
  const [section, current] = route.parts
  const address = route.parts.join('/')
  // The menu closes when the address changes.
  useEffect(() => setOpen(false), [address])
  return (
    <div class="shell">
      <a class="skip" href="#page">
        Skip to the page
      </a>
      <header class={`side ${open ? 'open' : ''}`}>
        <a class="brand" href={pathTo('stores')}>
          <img src="/console/icon.svg" alt="" width="24" height="24" />
          Recollect
        </a>
        <button type="button" class="menu-button" aria-expanded={open} onClick={() => setOpen(!open)}>
          Menu
        </button>
        <nav aria-label="Pages">
          <a
            href={pathTo('stores')}
            {...((section === undefined || section === 'stores') &&
              current === undefined && { 'aria-current': 'page' })}
          >
            <Icon name="stores" />
            Stores
          </a>
          <a href={pathTo('health')} {...(section === 'health' && { 'aria-current': 'page' })}>
            <Icon name="health" />
            Health
          </a>
          {store !== undefined && <StoreLinks store={store} route={route} />}
        </nav>
        <Foot onShortcuts={() => setHelp(true)} />
      </header>
      <main id="page" tabIndex={-1}>
        {children}
      </main>
      <Shortcuts store={store} open={help} setOpen={setHelp} />
    </div>
  )
}
