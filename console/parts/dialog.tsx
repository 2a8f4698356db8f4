import type { ComponentChildren } from 'preact'
import { useEffect, useId, useRef, useState } from 'preact/hooks'
import { Notice } from './feedback.js'
import { TextField } from './field.js'

interface DialogProps {
  title: string
  wide?: boolean
  onClose: () => void
  /** Called by the main button and Enter; the dialog closes when it resolves. */
  onSubmit: () => Promise<unknown>
  submit: string
  danger?: boolean
  disabled?: boolean
  children: ComponentChildren
}

/** A modal form: Enter submits, Escape closes, a refusal is told inside. */
export function FormDialog(props: DialogProps) {
  const { title, wide, onClose, onSubmit, submit, danger, disabled, children } = props
  const element = useRef<HTMLDialogElement>(null)
  const id = useId()
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>()
  useEffect(() => element.current?.showModal(), [])
  const run = async (event: Event) => {
    event.preventDefault()
    setBusy(true)
    setError(undefined)
    try {
      await onSubmit()
      onClose()
    } catch (cause) {
      setError(cause)
      setBusy(false)
    }
  }
  return (
    <dialog ref={element} class={wide ? 'wide' : ''} aria-labelledby={id} onClose={onClose}>
      <form class="form" onSubmit={run}>
        <h2 id={id}>{title}</h2>
        {children}
        <Notice error={error} />
        <div class="row end">
          <button type="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" class={danger ? 'danger' : 'primary'} disabled={busy || disabled}>
            {submit}
          </button>
        </div>
      </form>
    </dialog>
  )
}

interface ConfirmProps {
  title: string
  text: string
  /** What must be typed. */
  word: string
  submit: string
  onConfirm: () => Promise<unknown>
  onClose: () => void
}

/** Asks before something that cannot be undone; the answer is typed. */
export function TypedConfirm({ title, text, word, submit, onConfirm, onClose }: ConfirmProps) {
  const [typed, setTyped] = useState('')
  return (
    <FormDialog
      title={title}
      onClose={onClose}
      onSubmit={onConfirm}
      submit={submit}
      danger
      disabled={typed.trim() !== word}
    >
      <p>{text}</p>
      <TextField label={`Type ${word} to confirm`} value={typed} onInput={setTyped} autoFocus />
    </FormDialog>
  )
}
