import { useState } from 'preact/hooks'
import { useLoad } from '../load.js'
import { FormDialog } from '../parts/dialog.js'
import { Empty, Show } from '../parts/feedback.js'
import { SelectField, TextField } from '../parts/field.js'
import { Page, Pager } from '../parts/page.js'
import { PersonSearch } from '../parts/person-search.js'
import { Ago } from '../parts/time.js'
import { toast } from '../parts/toast.js'
import { contactOf, nameOf } from '../person-name.js'
import { createProfile, fetchProfile, listProfiles, listTraitGroups, type Profile } from '../resources.js'
import { navigate, pathTo } from '../router.js'

function PersonRow({ store, profile }: { store: string; profile: Profile }) {
  return (
    <a class="list-row person" href={pathTo('stores', store, 'people', profile.id)}>
      <span class="name">{nameOf(profile)}</span>
      <span class="soft">{contactOf(profile) || <code>{profile.id}</code>}</span>
      <span class="soft small-text">
        <Ago at={profile.createdAt} />
      </span>
    </a>
  )
}

function PersonList({ store, people }: { store: string; people: readonly Profile[] }) {
  return (
    <ul class="list">
      {people.map((profile) => (
        <li key={profile.id}>
          <PersonRow store={store} profile={profile} />
        </li>
      ))}
    </ul>
  )
}

/** Somebody new needs one trait that identifies them; the rest is added on their page. */
function CreateDialog({ store, onClose }: { store: string; onClose: () => void }) {
  const groups = useLoad(`groups/${store}`, () => listTraitGroups(store))
  const options = (groups.value ?? []).flatMap(({ displayName, traits = {} }) =>
    Object.entries(traits)
      .filter(([, { idTypePromotion }]) => idTypePromotion !== undefined)
      .map(([name]) => [`${displayName}.${name}`, `${displayName}.${name}`] as const),
  )
  const [chosen, setTrait] = useState('')
  const [value, setValue] = useState('')
  const trait = chosen || options[0]?.[0] || ''
  const submit = async () => {
    const dot = trait.indexOf('.')
    const { id } = await createProfile(store, { [trait.slice(0, dot)]: { [trait.slice(dot + 1)]: value } })
    toast('The person is stored.')
    navigate(pathTo('stores', store, 'people', id))
  }
  return (
    <FormDialog title="Add a person" submit="Add person" onClose={onClose} onSubmit={submit} disabled={trait === ''}>
      <p class="soft">Somebody who is known already under this identifier is opened instead of made twice.</p>
      <SelectField label="Known by" value={trait} onChange={setTrait} options={options} />
      <TextField label="Value" value={value} onInput={setValue} required autoFocus />
    </FormDialog>
  )
}

function Newest({ store, onCreate }: { store: string; onCreate: () => void }) {
  const [token, setToken] = useState<string | undefined>()
  const page = useLoad(`people/${store}/${token ?? ''}`, async () => {
    const { profiles, meta } = await listProfiles(store, token)
    const settled = await Promise.allSettled(profiles.map((id) => fetchProfile(store, id)))
    // Who was merged or erased since the list was read is left out.
    return { people: settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : [])), meta }
  })
  return (
    <Show of={page} rows={10}>
      {({ people, meta }) =>
        people.length === 0 && token === undefined ? (
          <Empty
            title="Nobody is here yet"
            text="Import a CSV file of your customers, write people through the API, or add one by hand."
          >
            <a class="button primary" href={pathTo('stores', store, 'imports', 'new')}>
              Import a file
            </a>
            <button type="button" onClick={onCreate}>
              Add a person
            </button>
          </Empty>
        ) : (
          <>
            <PersonList store={store} people={people} />
            <Pager next={meta.nextToken} previous={meta.previousToken} go={setToken} />
          </>
        )
      }
    </Show>
  )
}

/** Everybody in a store, newest first, and a search by any identifier. */
export function PeoplePage({ store, query }: { store: string; query: URLSearchParams }) {
  const [text, setText] = useState(query.get('q') ?? '')
  const [found, setFound] = useState<readonly Profile[] | undefined>()
  const [creating, setCreating] = useState(false)
  const change = (next: string) => {
    setText(next)
    const search = next === '' ? '' : `?${new URLSearchParams({ q: next })}`
    navigate(pathTo('stores', store, 'people') + search, { replace: true })
  }
  const add = (
    <button type="button" onClick={() => setCreating(true)}>
      Add a person
    </button>
  )
  return (
    <Page title="People" text="One profile for each person, under all their identifiers." actions={add}>
      <div class="panel">
        <PersonSearch store={store} label="Find a person" text={text} onText={change} onFound={setFound} />
      </div>
      <div class="panel">
        <div class="panel-head">
          <h2>{found === undefined ? 'Newest' : 'Found'}</h2>
        </div>
        {found === undefined ? (
          <Newest store={store} onCreate={() => setCreating(true)} />
        ) : found.length === 0 ? (
          <Empty title="Nobody found" text="Identifiers are matched whole, in any notation. Names are not searched." />
        ) : (
          <PersonList store={store} people={found} />
        )}
      </div>
      {creating && <CreateDialog store={store} onClose={() => setCreating(false)} />}
    </Page>
  )
}
