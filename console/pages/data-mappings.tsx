import { useState } from 'preact/hooks'
import type { DataMapping } from '../../src/contract/data-mapping.js'
import type { TraitGroup } from '../../src/contract/trait-group.js'
import { useLoad } from '../load.js'
import { FormDialog, TypedConfirm } from '../parts/dialog.js'
import { Empty, Notice, Show } from '../parts/feedback.js'
import { SelectField, TextField } from '../parts/field.js'
import { toast } from '../parts/toast.js'
import {
  createDataMapping,
  deleteDataMapping,
  listDataMappings,
  listTraitGroups,
  patchDataMapping,
} from '../resources.js'

type Item = DataMapping['mappingTo']['mappings'][number]

/** Every trait of a store as `group.name`. */
export function traitOptions(groups: readonly TraitGroup[]): (readonly [string, string])[] {
  return groups.flatMap(({ displayName, traits = {} }) =>
    Object.keys(traits).map((name) => [`${displayName}.${name}`, `${displayName}.${name}`] as const),
  )
}

interface MappingDialogProps {
  store: string
  groups: readonly TraitGroup[]
  onClose: () => void
  onDone: () => void
}

interface Line {
  column: string
  trait: string
}

function MappingDialog({ store, groups, onClose, onDone }: MappingDialogProps) {
  const options = traitOptions(groups)
  const empty: Line = { column: '', trait: options[0]?.[0] ?? '' }
  const [displayName, setName] = useState('')
  const [lines, setLines] = useState<readonly Line[]>([empty, empty])
  const change = (index: number, part: Partial<Line>) =>
    setLines(lines.map((line, at) => (at === index ? { ...line, ...part } : line)))
  const submit = async () => {
    const filled = lines.filter(({ column }) => column !== '')
    const mappings = filled.map(({ column, trait }): Item => {
      const dot = trait.indexOf('.')
      return { expression: column, traitGroup: trait.slice(0, dot), traitName: trait.slice(dot + 1) }
    })
    await createDataMapping(store, {
      displayName,
      mappingFrom: { type: 'INGRESS', columns: filled.map(({ column }) => column) },
      mappingTo: { type: 'TRAITS', mappings },
    })
    toast(`The data mapping ${displayName} is made.`)
    onDone()
  }
  return (
    <FormDialog title="New data mapping" submit="Create mapping" wide onClose={onClose} onSubmit={submit}>
      <TextField
        label="Name"
        hint="Begins with a letter; letters, digits, hyphens and dots."
        value={displayName}
        onInput={setName}
        pattern="[a-zA-Z][a-zA-Z0-9\-\.]*"
        maxLength={64}
        required
        autoFocus
      />
      {lines.map((line, index) => (
        // Lines have no other name, and are only ever added at the end.
        <div class="columns" key={index}>
          <TextField
            label={`Source column ${index + 1}`}
            value={line.column}
            onInput={(column) => change(index, { column })}
          />
          <SelectField
            label={`Trait ${index + 1}`}
            value={line.trait}
            onChange={(trait) => change(index, { trait })}
            options={options}
          />
        </div>
      ))}
      <button type="button" class="small" onClick={() => setLines([...lines, empty])}>
        Add a column
      </button>
    </FormDialog>
  )
}

interface MappingPanelProps {
  mapping: DataMapping
  onToggle: () => void
  onDelete: () => void
}

function MappingPanel({ mapping, onToggle, onDelete }: MappingPanelProps) {
  const { displayName, isEnabled = true, description, mappingFrom, mappingTo } = mapping
  return (
    <section class="panel">
      <div class="panel-head">
        <div>
          <h2>
            {displayName} <span class={`chip ${isEnabled ? 'good' : ''}`}>{isEnabled ? 'enabled' : 'disabled'}</span>
          </h2>
          <span class="soft small-text">{description ?? `From ${mappingFrom.type}`}</span>
        </div>
        <div class="row">
          <button type="button" class="small" onClick={onToggle}>
            {isEnabled ? 'Disable' : 'Enable'}
          </button>
          <button type="button" class="small danger" onClick={onDelete}>
            Delete…
          </button>
        </div>
      </div>
      <ul class="panel-body">
        {mappingTo.mappings.map(({ expression, traitGroup, traitName }) => (
          <li key={expression}>
            <span class="mono">{expression}</span> → <span class="mono">{`${traitGroup}.${traitName}`}</span>
          </li>
        ))}
      </ul>
    </section>
  )
}

/** Which columns of which source are written to which traits. */
export function DataMappings({ store }: { store: string }) {
  const loaded = useLoad(`mappings/${store}`, () => Promise.all([listDataMappings(store), listTraitGroups(store)]))
  const [creating, setCreating] = useState(false)
  const [deleting, setDeleting] = useState<DataMapping | undefined>()
  const [error, setError] = useState<unknown>()
  const toggle = ({ id, isEnabled = true }: DataMapping) =>
    patchDataMapping(store, id, { isEnabled: !isEnabled }).then(loaded.reload, setError)
  const button = (
    <button type="button" class="primary" onClick={() => setCreating(true)}>
      New data mapping
    </button>
  )
  return (
    <div class="stack">
      <div class="row apart">
        <p class="soft grow">A data mapping remembers which columns of a source go to which traits.</p>
        {loaded.value?.[0].length ? button : null}
      </div>
      <Notice error={error} />
      <Show of={loaded} rows={3}>
        {([mappings]) =>
          mappings.length === 0 ? (
            <div class="panel">
              <Empty
                title="No data mapping yet"
                text="Make one for a source that sends the same columns again and again, so that its mapping is kept in one place."
              >
                {button}
              </Empty>
            </div>
          ) : (
            mappings.map((mapping) => (
              <MappingPanel
                key={mapping.id}
                mapping={mapping}
                onToggle={() => toggle(mapping)}
                onDelete={() => setDeleting(mapping)}
              />
            ))
          )
        }
      </Show>
      {creating && loaded.value && (
        <MappingDialog
          store={store}
          groups={loaded.value[1]}
          onClose={() => setCreating(false)}
          onDone={loaded.reload}
        />
      )}
      {deleting && (
        <TypedConfirm
          title={`Delete the data mapping ${deleting.displayName}?`}
          text="What was written by it stays."
          word={deleting.displayName}
          submit="Delete mapping"
          onConfirm={() => deleteDataMapping(store, deleting.id).then(loaded.reload)}
          onClose={() => setDeleting(undefined)}
        />
      )}
    </div>
  )
}
