import { useEffect, useState } from 'preact/hooks'
import type { IdentitySettings } from '../../src/contract/identity.js'
import { useLoad } from '../load.js'
import { Notice, Show } from '../parts/feedback.js'
import { SortableList } from '../parts/sortable-list.js'
import { toast } from '../parts/toast.js'
import { fetchIdentitySettings, replaceIdentitySettings } from '../resources.js'
import { type IdentifierConfig, IdentifierDialog } from './identifier-dialog.js'

function describe(config: IdentifierConfig): string {
  const parts = [
    config.enforceUnique === false ? 'many people may share a value' : 'one person a value',
    `${config.limit ?? 100} values, then the ${config.limitPolicy === 'lifo' ? 'newest' : 'oldest'} goes`,
  ]
  if (config.matchingAlgo === 'fuzzy') parts.push(`Lookup finds values ${config.matchingThreshold} % alike`)
  return parts.join('; ')
}

interface Draft {
  identifierConfigs: readonly IdentifierConfig[]
  matchingRules: readonly string[]
}

function Types({ draft, change }: { draft: Draft; change: (draft: Draft) => void }) {
  const [editing, setEditing] = useState<IdentifierConfig | 'new' | undefined>()
  const put = (config: IdentifierConfig) => {
    const isNew = editing === 'new'
    const known = draft.identifierConfigs.map((one) => (one.idType === config.idType ? config : one))
    change({ ...draft, identifierConfigs: isNew ? [...draft.identifierConfigs, config] : known })
  }
  const remove = (idType: string) =>
    change({
      identifierConfigs: draft.identifierConfigs.filter((one) => one.idType !== idType),
      matchingRules: draft.matchingRules.filter((one) => one !== idType),
    })
  return (
    <section class="panel">
      <div class="panel-head">
        <h2>Identifier types</h2>
        <button type="button" class="small" onClick={() => setEditing('new')}>
          Add type
        </button>
      </div>
      <ul class="list">
        {draft.identifierConfigs.map((config) => (
          <li key={config.idType} class="rule">
            <div class="grow">
              <b>{config.idType}</b> <span class="chip">normalised as {config.normalization ?? 'trim'}</span>
              <br />
              <span class="soft small-text">{describe(config)}</span>
            </div>
            <button
              type="button"
              class="quiet small"
              aria-label={`Edit the type ${config.idType}`}
              onClick={() => setEditing(config)}
            >
              Edit
            </button>
            <button
              type="button"
              class="quiet small"
              aria-label={`Remove the type ${config.idType}`}
              onClick={() => remove(config.idType)}
            >
              Remove
            </button>
          </li>
        ))}
      </ul>
      {editing !== undefined && (
        <IdentifierDialog
          {...(editing !== 'new' && { config: editing })}
          onSave={put}
          onClose={() => setEditing(undefined)}
        />
      )}
    </section>
  )
}

function Order({ draft, change }: { draft: Draft; change: (draft: Draft) => void }) {
  const { matchingRules } = draft
  const idle = draft.identifierConfigs.map(({ idType }) => idType).filter((idType) => !matchingRules.includes(idType))
  const set = (rules: readonly string[]) => change({ ...draft, matchingRules: rules })
  return (
    <section class="panel">
      <div class="panel-head">
        <div>
          <h2>Order of the rules</h2>
          <span class="soft small-text">
            The first type that matches decides who somebody is. Drag, or use the arrows of a row.
          </span>
        </div>
      </div>
      <SortableList
        items={matchingRules}
        onChange={set}
        action={(idType) => (
          <button
            type="button"
            class="quiet small"
            aria-label={`Remove the rule ${idType}`}
            onClick={() => set(matchingRules.filter((one) => one !== idType))}
          >
            Remove
          </button>
        )}
      />
      {idle.length > 0 && (
        <div class="panel-body row">
          <span class="soft">Join nobody:</span>
          {idle.map((idType) => (
            <button key={idType} type="button" class="small" onClick={() => set([...matchingRules, idType])}>
              Let {idType} join
            </button>
          ))}
        </div>
      )}
    </section>
  )
}

interface EditorProps {
  store: string
  settings: IdentitySettings | Draft
  etag: string | undefined
  onSaved: () => void
}

function Editor({ store, settings, etag, onSaved }: EditorProps) {
  const saved: Draft = { identifierConfigs: settings.identifierConfigs, matchingRules: settings.matchingRules }
  const [draft, setDraft] = useState<Draft>(saved)
  const [error, setError] = useState<unknown>()
  // Another version replaces what was being edited.
  useEffect(() => setDraft(saved), [etag])
  const changed = JSON.stringify(draft) !== JSON.stringify(saved)
  const save = () => {
    setError(undefined)
    const body = { identifierConfigs: [...draft.identifierConfigs], matchingRules: [...draft.matchingRules] }
    replaceIdentitySettings(store, body, etag).then(() => {
      toast('The identity rules are saved. People are being looked at anew where that is needed.')
      onSaved()
    }, setError)
  }
  return (
    <div class="stack">
      <Order draft={draft} change={setDraft} />
      <Types draft={draft} change={setDraft} />
      <Notice error={error} />
      <div class="row">
        <button type="button" class="primary" disabled={!changed} onClick={save}>
          Save rules
        </button>
        <button type="button" disabled={!changed} onClick={() => setDraft(saved)}>
          Undo changes
        </button>
        <span class="soft" role="status">
          {changed ? 'Not saved yet.' : ''}
        </span>
      </div>
    </div>
  )
}

/** How it is decided who is who. */
export function IdentityRules({ store }: { store: string }) {
  const loaded = useLoad(`identity/${store}`, () => fetchIdentitySettings(store))
  return (
    <Show of={loaded} rows={6}>
      {({ value, etag }) => <Editor store={store} settings={value} etag={etag} onSaved={loaded.reload} />}
    </Show>
  )
}
