import { useState } from 'preact/hooks'
import type { Store, StoreCounts } from '../../src/contract/store.js'
import { formatCount } from '../format.js'
import { useLoad } from '../load.js'
import { FormDialog } from '../parts/dialog.js'
import { Empty, Show } from '../parts/feedback.js'
import { TextField } from '../parts/field.js'
import { Page, Pager } from '../parts/page.js'
import { toast } from '../parts/toast.js'
import { createStore, fetchStore, fetchStoreCounts, listStores } from '../resources.js'
import { navigate, pathTo } from '../router.js'

/** Where the server stops to count; see StoreCounts of the contract. */
const MAX_COUNT = 10_000

function Count({ value, noun }: { value: number | undefined; noun: string }) {
  const text = value === undefined ? '\u00a0' : `${formatCount(value)}${value >= MAX_COUNT ? '+' : ''}`
  return (
    <span class="count">
      <b>{text}</b> {noun}
    </span>
  )
}

function StoreRow({ store }: { store: Store }) {
  const { value } = useLoad<StoreCounts>(store.id, () => fetchStoreCounts(store.id))
  return (
    <a class="list-row store" href={pathTo('stores', store.id, 'people')}>
      <span>
        <span class="name">{store.displayName}</span>{' '}
        {store.status !== 'ACTIVE' && <span class="chip">{store.status}</span>}
        <br />
        <span class="soft small-text">{store.description ?? <code>{store.id}</code>}</span>
      </span>
      <Count value={value?.profiles} noun="people" />
      <Count value={value && value.observations + value.summaries} noun="memories" />
      <Count value={value?.imports} noun="imports" />
    </a>
  )
}

function CreateDialog({ onClose }: { onClose: () => void }) {
  const [displayName, setName] = useState('')
  const [description, setDescription] = useState('')
  const submit = async () => {
    const id = await createStore({ displayName, ...(description !== '' && { description }) })
    toast(`The store ${displayName} is made.`)
    navigate(pathTo('stores', id, 'people'))
  }
  return (
    <FormDialog title="New store" submit="Create store" onClose={onClose} onSubmit={submit}>
      <TextField
        label="Name"
        hint="Letters, digits and hyphens."
        value={displayName}
        onInput={setName}
        pattern="[a-zA-Z0-9\-]+"
        maxLength={64}
        required
        autoFocus
      />
      <TextField label="What it is for" value={description} onInput={setDescription} maxLength={128} />
    </FormDialog>
  )
}

/** All stores of the account. */
export function StoresPage() {
  const [creating, setCreating] = useState(false)
  const [token, setToken] = useState<string | undefined>()
  const page = useLoad(`stores/${token ?? ''}`, async () => {
    const { stores, meta } = await listStores(token)
    return { stores: await Promise.all(stores.map(fetchStore)), meta }
  })
  const button = (
    <button type="button" class="primary" onClick={() => setCreating(true)}>
      New store
    </button>
  )
  return (
    <Page
      title="Stores"
      text="A store holds people and what is known about them, apart from all other stores."
      actions={button}
    >
      <div class="panel">
        <Show of={page} rows={4}>
          {({ stores, meta }) =>
            stores.length === 0 ? (
              <Empty
                title="No store yet"
                text="Make one to begin with. It comes with a trait group for contact data and with identity rules, so people can be written to it at once."
              >
                {button}
              </Empty>
            ) : (
              <>
                <ul class="list">
                  {stores.map((store) => (
                    <li key={store.id}>
                      <StoreRow store={store} />
                    </li>
                  ))}
                </ul>
                <Pager next={meta.nextToken} previous={meta.previousToken} go={setToken} />
              </>
            )
          }
        </Show>
      </div>
      {creating && <CreateDialog onClose={() => setCreating(false)} />}
    </Page>
  )
}
