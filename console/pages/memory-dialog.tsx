import { useState } from 'preact/hooks'
import { FormDialog } from '../parts/dialog.js'
import { TextField } from '../parts/field.js'
import { toast } from '../parts/toast.js'
import { createObservation, patchObservation, patchSummary } from '../resources.js'
import type { Memory } from './person-timeline.js'

/** A moment as a field for local time wants it. */
function toLocal(date: Date): string {
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16)
}

interface MemoryDialogProps {
  store: string
  id: string
  /** What is changed; nothing for a new observation. */
  memory?: Memory
  onClose: () => void
  onDone: () => void
}

/** Adds an observation, or changes a memory; the old state of an observation stays as a revision. */
export function MemoryDialog({ store, id, memory, onClose, onDone }: MemoryDialogProps) {
  const [content, setContent] = useState(memory?.content ?? '')
  const [source, setSource] = useState(memory?.source ?? (memory === undefined ? 'console' : ''))
  const [time, setTime] = useState(toLocal(memory === undefined ? new Date() : new Date(memory.occurredAt)))
  const submit = async () => {
    const input = { content, source, occurredAt: new Date(time).toISOString() }
    if (memory === undefined) await createObservation(store, id, input)
    else await (memory.kind === 'summary' ? patchSummary : patchObservation)(store, id, memory.id, input)
    toast('The memory is stored.')
    onDone()
  }
  const title = memory === undefined ? 'Add an observation' : `Edit the ${memory.kind}`
  return (
    <FormDialog title={title} submit="Save" onClose={onClose} onSubmit={submit}>
      <TextField label="Text" value={content} onInput={setContent} lines={4} maxLength={4096} required autoFocus />
      <div class="columns">
        <TextField
          label="Source"
          value={source}
          onInput={setSource}
          pattern="[a-zA-Z0-9 _.\/\-]+"
          maxLength={100}
          required
        />
        <TextField label="When" type="datetime-local" value={time} onInput={setTime} required />
      </div>
    </FormDialog>
  )
}
