import { useEffect, useRef, useState } from 'preact/hooks'
import { navigate, pathTo } from '../router.js'
import { readShortcuts, setShortcuts } from '../settings.js'
import { CheckField } from './field.js'

const GO_MS = 1500

const KEYS: readonly (readonly [keys: readonly string[], what: string])[] = [
  [['g', 's'], 'Stores'],
  [['g', 'p'], 'People of the store'],
  [['g', 'r'], 'Recall'],
  [['g', 'i'], 'Imports'],
  [['g', 't'], 'Settings of the store'],
  [['g', 'h'], 'Health'],
  [['/'], 'Search or ask'],
  [['?'], 'This list'],
  [['Esc'], 'Close what is open'],
]

const STORE_PAGES: Readonly<Record<string, string>> = { p: 'people', r: 'recall', i: 'imports', t: 'settings' }

function targetOf(key: string, store: string | undefined): string | undefined {
  if (key === 's') return pathTo('stores')
  if (key === 'h') return pathTo('health')
  const page = STORE_PAGES[key]
  return page === undefined || store === undefined ? undefined : pathTo('stores', store, page)
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('input, select, textarea, dialog') !== null
}

function focusSearch(): boolean {
  const field = document.querySelector<HTMLElement>('[data-search]')
  field?.focus()
  return field !== null
}

interface ShortcutsProps {
  store: string | undefined
  open: boolean
  setOpen: (open: boolean) => void
}

/** Listens for single keys outside of fields, and shows which there are. */
export function Shortcuts({ store, open, setOpen }: ShortcutsProps) {
  const [on, setOn] = useState(readShortcuts())
  const goPressed = useRef(0)
  useEffect(() => {
    if (!on) return undefined
    const listen = (event: KeyboardEvent) => {
      if (isTyping(event.target) || event.ctrlKey || event.metaKey || event.altKey) return
      const isGo = event.timeStamp - goPressed.current < GO_MS
      goPressed.current = event.key === 'g' ? event.timeStamp : 0
      const target = isGo ? targetOf(event.key, store) : undefined
      if (target !== undefined) navigate(target)
      else if (event.key === '?') setOpen(true)
      else if (event.key !== '/' || !focusSearch()) return
      event.preventDefault()
    }
    document.addEventListener('keydown', listen)
    return () => document.removeEventListener('keydown', listen)
  }, [on, store, setOpen])
  const change = (next: boolean) => {
    setShortcuts(next)
    setOn(next)
  }
  return open ? <ShortcutList on={on} onChange={change} onClose={() => setOpen(false)} /> : null
}

interface ListProps {
  on: boolean
  onChange: (on: boolean) => void
  onClose: () => void
}

function ShortcutList({ on, onChange, onClose }: ListProps) {
  const element = useRef<HTMLDialogElement>(null)
  useEffect(() => element.current?.showModal(), [])
  return (
    <dialog ref={element} aria-label="Keyboard shortcuts" onClose={onClose}>
      <form method="dialog">
        <h2>Keyboard shortcuts</h2>
        <table>
          <tbody>
            {KEYS.map(([keys, what]) => (
              <tr key={what}>
                <td>
                  {keys.map((key) => (
                    <kbd key={key}>{key}</kbd>
                  ))}
                </td>
                <td>{what}</td>
              </tr>
            ))}
          </tbody>
        </table>
        <CheckField label="Use single keys" checked={on} onChange={onChange} />
        <div class="row end">
          <button type="button" onClick={onClose}>
            Close
          </button>
        </div>
      </form>
    </dialog>
  )
}
