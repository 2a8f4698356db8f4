import { useState } from 'preact/hooks'
import { useLoad } from '../load.js'
import { FormDialog, TypedConfirm } from '../parts/dialog.js'
import { SelectField, TextField } from '../parts/field.js'
import { toast } from '../parts/toast.js'
import { createIdentifier, deleteIdentifiers, fetchIdentitySettings, patchIdentifier } from '../resources.js'
import type { Person } from './person.js'

interface IdentifiersProps {
  store: string
  person: Person
  onChange: () => void
}

type Open = { what: 'add' } | { what: 'replace'; idType: string; value: string } | { what: 'remove'; idType: string }

const MERGE_WARNING = 'If somebody else has it, the two are merged.'

function AddDialog({ store, person, onChange, onClose }: IdentifiersProps & { onClose: () => void }) {
  const types = useLoad(`types/${store}`, () => fetchIdentitySettings(store))
  const [chosen, setType] = useState('')
  const [value, setValue] = useState('')
  const names = types.value?.value.identifierConfigs.map((config) => config.idType) ?? []
  const idType = chosen || names[0] || ''
  const submit = async () => {
    await createIdentifier(store, person.profile.id, { idType, value })
    toast('The identifier is stored.')
    onChange()
  }
  return (
    <FormDialog title="Add an identifier" submit="Add" onClose={onClose} onSubmit={submit} disabled={idType === ''}>
      <SelectField
        label="Type"
        value={idType}
        onChange={setType}
        options={names.map((name) => [name, name] as const)}
      />
      <TextField label="Value" hint={MERGE_WARNING} value={value} onInput={setValue} required autoFocus />
    </FormDialog>
  )
}

interface ReplaceDialogProps extends IdentifiersProps {
  idType: string
  oldValue: string
  onClose: () => void
}

function ReplaceDialog({ store, person, idType, oldValue, onChange, onClose }: ReplaceDialogProps) {
  const [newValue, setValue] = useState(oldValue)
  const submit = async () => {
    await patchIdentifier(store, person.profile.id, { idType, oldValue, newValue })
    toast('The identifier is replaced.')
    onChange()
  }
  return (
    <FormDialog title={`Replace ${oldValue}`} submit="Replace" onClose={onClose} onSubmit={submit}>
      <TextField label={`New ${idType}`} hint={MERGE_WARNING} value={newValue} onInput={setValue} required autoFocus />
    </FormDialog>
  )
}

/** Everything this person is found by. */
export function Identifiers({ store, person, onChange }: IdentifiersProps) {
  const [open, setOpen] = useState<Open | undefined>()
  const shared = { store, person, onChange, onClose: () => setOpen(undefined) }
  return (
    <section class="panel">
      <div class="panel-head">
        <h2>Identifiers</h2>
        <button type="button" class="small" onClick={() => setOpen({ what: 'add' })}>
          Add an identifier
        </button>
      </div>
      {person.identifiers.map(({ idType, values }) => (
        <div key={idType} class="trait identifier">
          <span>{idType}</span>
          <ul>
            {values.map((value) => (
              <li key={value} class="row">
                <span class="mono">{value}</span>
                <button
                  type="button"
                  class="quiet small"
                  aria-label={`Replace ${value}`}
                  onClick={() => setOpen({ what: 'replace', idType, value })}
                >
                  Replace
                </button>
              </li>
            ))}
          </ul>
          <button
            type="button"
            class="quiet small"
            aria-label={`Remove every ${idType}`}
            onClick={() => setOpen({ what: 'remove', idType })}
          >
            Remove
          </button>
        </div>
      ))}
      {person.identifiers.length === 0 && <p class="panel-body soft">None.</p>}
      {open?.what === 'add' && <AddDialog {...shared} />}
      {open?.what === 'replace' && <ReplaceDialog {...shared} idType={open.idType} oldValue={open.value} />}
      {open?.what === 'remove' && (
        <TypedConfirm
          title={`Remove every ${open.idType}?`}
          text="Nobody will be found by these values any more. Traits stay as they are."
          word={open.idType}
          submit="Remove"
          onConfirm={() => deleteIdentifiers(store, person.profile.id, open.idType).then(onChange)}
          onClose={() => setOpen(undefined)}
        />
      )}
    </section>
  )
}
