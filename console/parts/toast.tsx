import { useEffect, useState } from 'preact/hooks'

const SHOWN_MS = 5000
let show: (text: string) => void = () => undefined

/** Says that something was done. Failures are told where they happened, by a Notice. */
export function toast(text: string): void {
  show(text)
}

export function Toasts() {
  const [texts, setTexts] = useState<{ id: number; text: string }[]>([])
  useEffect(() => {
    let next = 0
    show = (text) => {
      const id = next++
      setTexts((old) => [...old, { id, text }])
      setTimeout(() => setTexts((old) => old.filter((one) => one.id !== id)), SHOWN_MS)
    }
  }, [])
  return (
    <div class="toasts" role="status">
      {texts.map(({ id, text }) => (
        <p key={id} class="toast">
          {text}
        </p>
      ))}
    </div>
  )
}
