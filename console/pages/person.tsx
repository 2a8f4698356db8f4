import { useState } from 'preact/hooks'
import type { Merge } from '../../src/contract/identifier.js'
import { formatTime } from '../format.js'
import { type Loaded, useLoad } from '../load.js'
import { Code } from '../parts/code.js'
import { TypedConfirm } from '../parts/dialog.js'
import { Show } from '../parts/feedback.js'
import { Page } from '../parts/page.js'
import { Ago } from '../parts/time.js'
import { toast } from '../parts/toast.js'
import { nameOf } from '../person-name.js'
import {
  deleteProfile,
  fetchProfile,
  listIdentifiers,
  listMerges,
  listProfileTraits,
  listTraitGroups,
  type Profile,
} from '../resources.js'
import { navigate, pathTo } from '../router.js'
import { Identifiers } from './person-identifiers.js'
import { Timeline } from './person-timeline.js'
import { PersonTraits } from './person-traits.js'

async function fetchPerson(store: string, id: string) {
  const profile = await fetchProfile(store, id)
  // From here on under the id of today, if the one of the address was merged.
  const [traits, { identifiers }, merges, groups] = await Promise.all([
    listProfileTraits(store, profile.id),
    listIdentifiers(store, profile.id),
    listMerges(store, profile.id),
    listTraitGroups(store),
  ])
  return { profile, traits, identifiers, merges, groups }
}

export type Person = Awaited<ReturnType<typeof fetchPerson>>

function MergeItem({ merge }: { merge: Merge }) {
  return (
    <li>
      <div>
        <code>{merge.profileId}</code> was joined because of the same{' '}
        {merge.rule.split('+').map((rule) => (
          <span key={rule} class="chip good">
            {rule}
          </span>
        ))}
      </div>
      <div class="soft small-text">
        {formatTime(merge.mergedAt)}, by <code>{merge.credential}</code>, request <code>{merge.requestId}</code>
      </div>
    </li>
  )
}

function Merges({ merges }: { merges: readonly Merge[] }) {
  return (
    <section class="panel">
      <div class="panel-head">
        <h2>Merges</h2>
      </div>
      <ul class="panel-body stack">
        {merges.length === 0 && <li class="soft">Nobody was joined with this person.</li>}
        {merges.map((merge) => (
          <MergeItem key={merge.profileId} merge={merge} />
        ))}
      </ul>
    </section>
  )
}

function Raw({ person }: { person: Person }) {
  const { profile, identifiers, merges } = person
  return (
    <details class="panel">
      <summary class="panel-head">
        <h2>Raw JSON</h2>
      </summary>
      <div class="panel-body">
        <Code label="the JSON" text={JSON.stringify({ ...profile, identifiers, merges }, null, 2)} />
      </div>
    </details>
  )
}

function Details({ store, loaded }: { store: string; loaded: Loaded<Person> }) {
  const shared = { store, onChange: loaded.reload }
  return (
    <Show of={loaded} rows={8}>
      {(person) => (
        <div class="person-grid">
          <div>
            <PersonTraits {...shared} person={person} />
            <Identifiers {...shared} person={person} />
            <Merges merges={person.merges} />
            <Raw person={person} />
          </div>
          <Timeline store={store} id={person.profile.id} />
        </div>
      )}
    </Show>
  )
}

interface EraseProps {
  store: string
  profile: Profile
  onClose: () => void
}

function Erase({ store, profile, onClose }: EraseProps) {
  const name = nameOf(profile)
  const erase = async () => {
    await deleteProfile(store, profile.id)
    toast(`${name} is erased.`)
    navigate(pathTo('stores', store, 'people'))
  }
  return (
    <TypedConfirm
      title={`Erase ${name}?`}
      text="Traits, identifiers, memories and everybody who was merged into this person go for good. Only a backup still has them."
      word="erase"
      submit="Erase person"
      onConfirm={erase}
      onClose={onClose}
    />
  )
}

/** Everything that is known of one person. */
export function PersonPage({ store, id }: { store: string; id: string }) {
  const loaded = useLoad(`person/${store}/${id}`, () => fetchPerson(store, id))
  const [erasing, setErasing] = useState(false)
  const profile = loaded.value?.profile
  const text =
    profile === undefined ? (
      '\u00a0'
    ) : (
      <>
        <code>{profile.id}</code>, first seen <Ago at={profile.createdAt} />
        {profile.id !== id && <span class="chip warn">the address names a merged profile</span>}
      </>
    )
  const actions = (
    <>
      <a class="button" href={pathTo('stores', store, 'recall', profile?.id ?? id)}>
        Recall
      </a>
      <button type="button" class="danger" disabled={profile === undefined} onClick={() => setErasing(true)}>
        Erase…
      </button>
    </>
  )
  return (
    <Page title={profile === undefined ? 'Person' : nameOf(profile)} text={text} actions={actions}>
      {loaded.error !== undefined && profile === undefined ? (
        <div class="panel">
          <Show of={loaded}>{() => null}</Show>
        </div>
      ) : (
        <Details store={store} loaded={loaded} />
      )}
      {erasing && profile !== undefined && <Erase store={store} profile={profile} onClose={() => setErasing(false)} />}
    </Page>
  )
}
