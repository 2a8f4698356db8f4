import { useState } from 'preact/hooks'
import type { TraitDefinition, TraitGroup } from '../../src/contract/trait-group.js'
import { useLoad } from '../load.js'
import { FormDialog, TypedConfirm } from '../parts/dialog.js'
import { Show } from '../parts/feedback.js'
import { TextField } from '../parts/field.js'
import { Scroll } from '../parts/scroll.js'
import { toast } from '../parts/toast.js'
import {
  createTraitGroup,
  deleteTraitGroup,
  fetchIdentitySettings,
  listTraitGroups,
  patchTraitGroup,
} from '../resources.js'
import { TraitDialog } from './trait-dialog.js'

/** Part of every store; the server keeps it. */
const FIXED_GROUP = 'Contact'

/** A rule as people would say it. */
export function describeRule({ validationRule: rule }: TraitDefinition): string {
  if (rule === undefined) return ''
  const parts: string[] = []
  const between = (noun: string, least?: number, most?: number) => {
    if (least !== undefined) parts.push(`at least ${least}${noun}`)
    if (most !== undefined) parts.push(`at most ${most}${noun}`)
  }
  if (rule.ruleType === 'STRING') {
    between(' characters', rule.minLength, rule.maxLength)
    if (rule.pattern !== undefined) parts.push(`matches ${rule.pattern}`)
  }
  if (rule.ruleType === 'NUMBER') between('', rule.min, rule.max)
  if (rule.ruleType === 'ARRAY') between(' items', rule.minItems, rule.maxItems)
  return parts.join(', ')
}

function TraitRow({
  name,
  definition,
  onEdit,
  onRemove,
}: {
  name: string
  definition: TraitDefinition
  onEdit: () => void
  onRemove: () => void
}) {
  return (
    <tr>
      <td>
        <span class="mono">{name}</span>
        <br />
        <span class="soft small-text">{definition.description}</span>
      </td>
      <td>{definition.dataType.toLowerCase()}</td>
      <td>{definition.idTypePromotion && <span class="chip good">{definition.idTypePromotion}</span>}</td>
      <td class="soft">{describeRule(definition)}</td>
      <td class="number">
        <button type="button" class="quiet small" aria-label={`Edit ${name}`} onClick={onEdit}>
          Edit
        </button>
        <button type="button" class="quiet small" aria-label={`Remove ${name}`} onClick={onRemove}>
          Remove
        </button>
      </td>
    </tr>
  )
}

type Open =
  | { what: 'group' }
  | { what: 'trait'; group: string; name?: string; definition?: TraitDefinition }
  | { what: 'remove'; group: string; name: string }
  | { what: 'delete'; group: string }

function GroupPanel({ group, open }: { group: TraitGroup; open: (what: Open) => void }) {
  const name = group.displayName
  return (
    <section class="panel">
      <div class="panel-head">
        <div>
          <h2>{name}</h2>
          <span class="soft small-text">{group.description}</span>
        </div>
        <div class="row">
          <button type="button" class="small" onClick={() => open({ what: 'trait', group: name })}>
            Add trait
          </button>
          {name !== FIXED_GROUP && (
            <button type="button" class="small danger" onClick={() => open({ what: 'delete', group: name })}>
              Delete group…
            </button>
          )}
        </div>
      </div>
      <Scroll label={`Traits of ${name}`}>
        <table>
          <thead>
            <tr>
              <th>Trait</th>
              <th>Type</th>
              <th>Identifies as</th>
              <th>Rule</th>
              <th>
                <span class="visually-hidden">Actions</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {Object.entries(group.traits ?? {}).map(([trait, definition]) => (
              <TraitRow
                key={trait}
                name={trait}
                definition={definition}
                onEdit={() => open({ what: 'trait', group: name, name: trait, definition })}
                onRemove={() => open({ what: 'remove', group: name, name: trait })}
              />
            ))}
          </tbody>
        </table>
      </Scroll>
    </section>
  )
}

function GroupDialog({ store, onClose, onDone }: { store: string; onClose: () => void; onDone: () => void }) {
  const [displayName, setName] = useState('')
  const [description, setDescription] = useState('')
  const submit = async () => {
    await createTraitGroup(store, { displayName, ...(description !== '' && { description }) })
    toast(`The trait group ${displayName} is made. Add traits to it.`)
    onDone()
  }
  return (
    <FormDialog title="New trait group" submit="Create group" onClose={onClose} onSubmit={submit}>
      <TextField
        label="Name"
        hint="Letters, digits, hyphens, dots and underscores."
        value={displayName}
        onInput={setName}
        pattern="[a-zA-Z0-9_\-\.]+"
        maxLength={64}
        required
        autoFocus
      />
      <TextField label="What its traits are about" value={description} onInput={setDescription} maxLength={1024} />
    </FormDialog>
  )
}

function Removal({
  store,
  open,
  onClose,
  onDone,
}: {
  store: string
  open: Extract<Open, { what: 'remove' | 'delete' }>
  onClose: () => void
  onDone: () => void
}) {
  const isTrait = open.what === 'remove'
  const word = isTrait ? open.name : open.group
  const confirm = async () => {
    if (isTrait) await patchTraitGroup(store, open.group, { traits: { [open.name]: { dataType: '' } } })
    else await deleteTraitGroup(store, open.group)
    toast(`${word} is gone; its values are being removed.`)
    onDone()
  }
  return (
    <TypedConfirm
      title={isTrait ? `Remove the trait ${word}?` : `Delete the trait group ${word}?`}
      text="The values that people have there will be erased. Identifiers that came from them stay."
      word={word}
      submit={isTrait ? 'Remove trait' : 'Delete group'}
      onConfirm={confirm}
      onClose={onClose}
    />
  )
}

/** Which traits people can have. */
export function TraitGroups({ store }: { store: string }) {
  const groups = useLoad(`groups/${store}`, () => listTraitGroups(store))
  const identity = useLoad(`types/${store}`, () => fetchIdentitySettings(store))
  const [open, setOpen] = useState<Open | undefined>()
  const close = () => setOpen(undefined)
  const shared = { store, onClose: close, onDone: groups.reload }
  const idTypes = identity.value?.value.identifierConfigs.map(({ idType }) => idType) ?? []
  return (
    <>
      <div class="row apart">
        <p class="soft grow">
          A value is taken only where its trait is declared, and only if it keeps the rule. A changed rule holds from
          the next write on.
        </p>
        <button type="button" class="primary" onClick={() => setOpen({ what: 'group' })}>
          New trait group
        </button>
      </div>
      <div class="stack panel-gap">
        <Show of={groups} rows={8}>
          {(all) => all.map((group) => <GroupPanel key={group.displayName} group={group} open={setOpen} />)}
        </Show>
      </div>
      {open?.what === 'group' && <GroupDialog {...shared} />}
      {open?.what === 'trait' && <TraitDialog {...shared} {...open} idTypes={idTypes} />}
      {(open?.what === 'remove' || open?.what === 'delete') && <Removal {...shared} open={open} />}
    </>
  )
}
