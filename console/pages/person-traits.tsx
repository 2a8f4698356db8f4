import { useState } from 'preact/hooks'
import type { Trait } from '../../src/contract/profile.js'
import type { TraitDefinition } from '../../src/contract/trait-group.js'
import { formatValue } from '../format.js'
import { FormDialog } from '../parts/dialog.js'
import { SelectField, TextField } from '../parts/field.js'
import { Ago } from '../parts/time.js'
import { toast } from '../parts/toast.js'
import { patchProfile } from '../resources.js'
import type { Person } from './person.js'
import { describeRule } from './trait-groups.js'

interface Editing {
  group: string
  /** Empty for a trait that is still to be chosen. */
  name: string
  value?: unknown
}

function byGroup(traits: readonly Trait[]): Map<string, Trait[]> {
  const groups = new Map<string, Trait[]>()
  for (const trait of traits) groups.set(trait.traitGroup, [...(groups.get(trait.traitGroup) ?? []), trait])
  return groups
}

/** The text of the field as the trait's type. @throws Error in words */
function parseValue(dataType: string, text: string): unknown {
  if (dataType === 'NUMBER') {
    if (text.trim() === '' || !Number.isFinite(Number(text))) throw new Error('This trait is a number: enter digits.')
    return Number(text)
  }
  if (dataType === 'BOOLEAN') return text === 'true'
  if (dataType !== 'ARRAY') return text
  const items = text.split('\n').filter((line) => line.trim() !== '')
  return items.map((item) => (/^-?\d+(\.\d+)?$|^(true|false)$/.test(item) ? JSON.parse(item) : item))
}

function toText(value: unknown): string {
  if (Array.isArray(value)) return value.map(String).join('\n')
  return value === undefined ? '' : formatValue(value)
}

interface ValueFieldProps {
  definition: TraitDefinition | undefined
  text: string
  onInput: (text: string) => void
}

function ValueField({ definition, text, onInput }: ValueFieldProps) {
  const hint = definition && (describeRule(definition) || undefined)
  if (definition?.dataType === 'BOOLEAN') {
    const options = [
      ['true', 'true'],
      ['false', 'false'],
    ] as const
    return <SelectField label="Value" value={text || 'true'} onChange={onInput} options={options} />
  }
  if (definition?.dataType === 'ARRAY') {
    return <TextField label="Values" hint="One a line." value={text} onInput={onInput} lines={4} />
  }
  return <TextField label="Value" hint={hint} value={text} onInput={onInput} autoFocus />
}

interface EditDialogProps {
  store: string
  person: Person
  editing: Editing
  onClose: () => void
  onChange: () => void
}

function EditDialog({ store, person, editing, onClose, onChange }: EditDialogProps) {
  const isNew = editing.name === ''
  const has = new Set(person.traits.map(({ traitGroup, name }) => `${traitGroup}.${name}`))
  const free = person.groups.flatMap(({ displayName, traits = {} }) =>
    Object.keys(traits)
      .map((name) => `${displayName}.${name}`)
      .filter((trait) => !has.has(trait)),
  )
  const [trait, setTrait] = useState(isNew ? (free[0] ?? '') : `${editing.group}.${editing.name}`)
  const [text, setText] = useState(toText(editing.value))
  const dot = trait.indexOf('.')
  const group = trait.slice(0, dot)
  const name = trait.slice(dot + 1)
  const definition = person.groups.find(({ displayName }) => displayName === group)?.traits?.[name]
  const write = async (value: unknown) => {
    await patchProfile(store, person.profile.id, { [group]: { [name]: value } })
    toast(value === null ? `${trait} is removed.` : `${trait} is stored.`)
    onChange()
  }
  const save = async () => {
    const shown = definition?.dataType === 'BOOLEAN' ? text || 'true' : text
    return write(parseValue(definition?.dataType ?? 'STRING', shown))
  }
  return (
    <FormDialog title={isNew ? 'Add a trait' : trait} submit="Save" onClose={onClose} onSubmit={save}>
      {isNew && (
        <SelectField
          label="Trait"
          value={trait}
          onChange={setTrait}
          options={free.map((option) => [option, option] as const)}
        />
      )}
      <ValueField definition={definition} text={text} onInput={setText} />
      {definition?.idTypePromotion !== undefined && (
        <p class="soft small-text">
          The value also becomes an identifier ({definition.idTypePromotion}). If it is somebody else’s, the two are
          merged.
        </p>
      )}
      {!isNew && (
        <button type="button" class="danger small" onClick={() => write(null).then(onClose)}>
          Remove this trait
        </button>
      )}
    </FormDialog>
  )
}

interface PersonTraitsProps {
  store: string
  person: Person
  onChange: () => void
}

/** Traits by group, each with the time it was written. */
export function PersonTraits({ store, person, onChange }: PersonTraitsProps) {
  const [editing, setEditing] = useState<Editing | undefined>()
  return (
    <section class="panel">
      <div class="panel-head">
        <h2>Traits</h2>
        <button type="button" class="small" onClick={() => setEditing({ group: '', name: '' })}>
          Add a trait
        </button>
      </div>
      {person.traits.length === 0 && <p class="panel-body soft">No traits.</p>}
      {[...byGroup(person.traits)].map(([group, traits]) => (
        <div key={group} class="trait-group">
          <h3>{group}</h3>
          {traits.map(({ name, value, timestamp }) => (
            <div key={name} class="trait">
              <span class="mono">{name}</span>
              <span class="value">{formatValue(value)}</span>
              <span class="soft small-text">
                <Ago at={timestamp} />
              </span>
              <button
                type="button"
                class="quiet small"
                aria-label={`Edit ${group}.${name}`}
                onClick={() => setEditing({ group, name, value })}
              >
                Edit
              </button>
            </div>
          ))}
        </div>
      ))}
      {editing && (
        <EditDialog
          store={store}
          person={person}
          editing={editing}
          onClose={() => setEditing(undefined)}
          onChange={onChange}
        />
      )}
    </section>
  )
}
