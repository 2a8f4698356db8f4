import { useState } from 'preact/hooks'
import type { Store } from '../../src/contract/store.js'
import { useLoad } from '../load.js'
import { TypedConfirm } from '../parts/dialog.js'
import { Notice, Show } from '../parts/feedback.js'
import { TextField } from '../parts/field.js'
import { Page } from '../parts/page.js'
import { forgetStore, tellStoreChanged } from '../parts/shell.js'
import { toast } from '../parts/toast.js'
import { deleteStore, fetchStore, patchStore } from '../resources.js'
import { navigate, pathTo } from '../router.js'
import { DataMappings } from './data-mappings.js'
import { IdentityRules } from './identity-rules.js'
import { TraitGroups } from './trait-groups.js'

const TABS: readonly (readonly [string, string])[] = [
  ['general', 'General'],
  ['traits', 'Trait groups'],
  ['identity', 'Identity rules'],
  ['mappings', 'Data mappings'],
]

function General({ store, onChange }: { store: Store; onChange: () => void }) {
  const [displayName, setName] = useState(store.displayName)
  const [description, setDescription] = useState(store.description ?? '')
  const [deleting, setDeleting] = useState(false)
  const [error, setError] = useState<unknown>()
  const save = (event: Event) => {
    event.preventDefault()
    setError(undefined)
    patchStore(store.id, { displayName, ...(description !== '' && { description }) }).then(() => {
      toast('Saved.')
      tellStoreChanged()
      onChange()
    }, setError)
  }
  const remove = async () => {
    await deleteStore(store.id)
    toast(`The store ${store.displayName} is gone; what was in it is being erased.`)
    forgetStore()
    navigate(pathTo('stores'))
  }
  return (
    <>
      <form class="panel panel-body form" onSubmit={save}>
        <TextField
          label="Name"
          value={displayName}
          onInput={setName}
          pattern="[a-zA-Z0-9\-]+"
          maxLength={64}
          required
        />
        <TextField label="What it is for" value={description} onInput={setDescription} maxLength={128} />
        <p class="soft small-text">
          Id <code>{store.id}</code>
        </p>
        <Notice error={error} />
        <button type="submit" class="primary">
          Save
        </button>
      </form>
      <div class="panel panel-body row apart">
        <div class="grow">
          <h2>Delete this store</h2>
          <p class="soft">With all people, memories and imports in it. There is no way back.</p>
        </div>
        <button type="button" class="danger" onClick={() => setDeleting(true)}>
          Delete store…
        </button>
      </div>
      {deleting && (
        <TypedConfirm
          title={`Delete ${store.displayName}?`}
          text="Everything in the store will be erased, and clients that use it will get errors. Nothing can bring it back but a backup."
          word={store.displayName}
          submit="Delete store"
          onConfirm={remove}
          onClose={() => setDeleting(false)}
        />
      )}
    </>
  )
}

/** What is set for a store. */
export function SettingsPage({ store, tab }: { store: string; tab: string }) {
  const loaded = useLoad(store, () => fetchStore(store))
  return (
    <Page title="Settings" text={loaded.value?.displayName ?? '\u00a0'}>
      <nav class="tabs" aria-label="Settings">
        {TABS.map(([name, label]) => (
          <a
            key={name}
            href={pathTo('stores', store, 'settings', name)}
            {...(name === tab && { 'aria-current': 'page' })}
          >
            {label}
          </a>
        ))}
      </nav>
      {tab === 'traits' && <TraitGroups store={store} />}
      {tab === 'identity' && <IdentityRules store={store} />}
      {tab === 'mappings' && <DataMappings store={store} />}
      {tab === 'general' && <Show of={loaded}>{(value) => <General store={value} onChange={loaded.reload} />}</Show>}
    </Page>
  )
}
