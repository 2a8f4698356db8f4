import { toast } from './toast.js'

/** A text to be copied. */
export function Code({ text, label }: { text: string; label: string }) {
  const copy = async () => {
    await navigator.clipboard.writeText(text)
    toast('Copied.')
  }
  return (
    <div class="code">
      <pre>{text}</pre>
      <button type="button" class="small" aria-label={`Copy ${label}`} onClick={copy}>
        Copy
      </button>
    </div>
  )
}
