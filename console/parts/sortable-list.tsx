import type { ComponentChildren } from 'preact'
import { useRef, useState } from 'preact/hooks'

function move(items: readonly string[], from: number, to: number): string[] {
  const next = [...items]
  const [item] = next.splice(from, 1)
  if (item !== undefined) next.splice(to, 0, item)
  return next
}

interface SortableListProps {
  items: readonly string[]
  onChange: (items: string[]) => void
  action: (item: string) => ComponentChildren
}

/** A list whose order is changed by dragging, or by the arrow buttons, which keep the focus on what they move. */
export function SortableList({ items, onChange, action }: SortableListProps) {
  const dragged = useRef<number | undefined>(undefined)
  const [over, setOver] = useState<number | undefined>()
  const [said, setSaid] = useState('')
  const put = (from: number, to: number) => {
    if (to < 0 || to >= items.length || from === to) return
    onChange(move(items, from, to))
    setSaid(`${items[from]} is number ${to + 1} of ${items.length}`)
  }
  const drop = (event: DragEvent, to: number) => {
    event.preventDefault()
    if (dragged.current !== undefined) put(dragged.current, to)
    dragged.current = undefined
    setOver(undefined)
  }
  return (
    <>
      <ol class="list">
        {items.map((item, index) => (
          <li
            key={item}
            class={`rule ${over === index ? 'over' : ''}`}
            draggable
            onDragStart={() => {
              dragged.current = index
            }}
            onDragOver={(event) => {
              event.preventDefault()
              setOver(index)
            }}
            onDragLeave={() => setOver(undefined)}
            onDrop={(event) => drop(event, index)}
          >
            <span class="place">{index + 1}</span>
            <b class="grow">{item}</b>
            <button
              type="button"
              class="quiet small"
              aria-label={`Move ${item} up`}
              onClick={() => put(index, index - 1)}
            >
              ↑
            </button>
            <button
              type="button"
              class="quiet small"
              aria-label={`Move ${item} down`}
              onClick={() => put(index, index + 1)}
            >
              ↓
            </button>
            {action(item)}
          </li>
        ))}
      </ol>
      <span class="visually-hidden" role="status">
        {said}
      </span>
    </>
  )
}
