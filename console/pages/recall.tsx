import { useState } from 'preact/hooks'
import type { RecallExplanation, RecallInput } from '../../src/contract/recall.js'
import { useLoad } from '../load.js'
import { Empty, Notice, Show } from '../parts/feedback.js'
import { TextField } from '../parts/field.js'
import { Page } from '../parts/page.js'
import { PersonSearch } from '../parts/person-search.js'
import { contactOf, nameOf } from '../person-name.js'
import { explainRecall, fetchProfile, listProfiles, type Profile } from '../resources.js'
import { pathTo } from '../router.js'
import { Hits } from './recall-hits.js'
import { SameRequest } from './recall-request.js'
import { Stages } from './recall-stages.js'

interface Form {
  query: string
  observationsLimit: string
  summariesLimit: string
  beginDate: string
  endDate: string
}

const START: Form = { query: '', observationsLimit: '20', summariesLimit: '5', beginDate: '', endDate: '' }

function toInput(form: Form): RecallInput {
  return {
    ...(form.query.trim() !== '' && { query: form.query.trim() }),
    observationsLimit: Number(form.observationsLimit),
    summariesLimit: Number(form.summariesLimit),
    ...(form.beginDate !== '' && { beginDate: `${form.beginDate}T00:00:00Z` }),
    ...(form.endDate !== '' && { endDate: `${form.endDate}T00:00:00Z` }),
  }
}

function Options({ form, change }: { form: Form; change: (part: Partial<Form>) => void }) {
  return (
    <details class="field">
      <summary>More options</summary>
      <div class="columns panel-gap">
        <TextField
          label="Observations"
          type="number"
          min={0}
          max={100}
          value={form.observationsLimit}
          onInput={(observationsLimit) => change({ observationsLimit })}
        />
        <TextField
          label="Summaries"
          type="number"
          min={0}
          max={100}
          value={form.summariesLimit}
          onInput={(summariesLimit) => change({ summariesLimit })}
        />
        <TextField
          label="Happened from"
          type="date"
          value={form.beginDate}
          onInput={(beginDate) => change({ beginDate })}
        />
        <TextField
          label="Happened before"
          type="date"
          value={form.endDate}
          onInput={(endDate) => change({ endDate })}
        />
      </div>
    </details>
  )
}

interface Answer {
  input: RecallInput
  explanation: RecallExplanation
}

function Playground({ store, profile }: { store: string; profile: Profile }) {
  const [form, setForm] = useState<Form>(START)
  const [threshold, setThreshold] = useState(0)
  const [answer, setAnswer] = useState<Answer | undefined>()
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>()
  const change = (part: Partial<Form>) => setForm({ ...form, ...part })
  const ask = async (event: Event) => {
    event.preventDefault()
    setBusy(true)
    setError(undefined)
    try {
      const input = toInput(form)
      setAnswer({ input, explanation: await explainRecall(store, profile.id, input) })
    } catch (cause) {
      setError(cause)
    }
    setBusy(false)
  }
  const input = { ...(answer?.input ?? toInput(form)), ...(threshold > 0 && { relevanceThreshold: threshold }) }
  return (
    <>
      <form class="panel panel-body form" onSubmit={ask}>
        <div class="row bottom">
          <div class="grow">
            <TextField
              label={`What should be remembered about ${nameOf(profile)}?`}
              value={form.query}
              onInput={(query) => change({ query })}
              placeholder="A question in your own words; leave it empty for the latest"
              maxLength={1024}
              focusKey
            />
          </div>
          <button type="submit" class="primary" disabled={busy}>
            Recall
          </button>
        </div>
        <Options form={form} change={change} />
        <Notice error={error} />
      </form>
      {answer === undefined ? (
        <div class="panel">
          <Empty
            title="Ask something"
            text="Every memory comes with its score and what the score is made of: the words that match, and how near the meanings are."
          />
        </div>
      ) : (
        <>
          <Stages stages={answer.explanation.stages} />
          <Hits hits={answer.explanation.hits} threshold={threshold} onThreshold={setThreshold} />
        </>
      )}
      <SameRequest store={store} profile={profile.id} input={input} />
    </>
  )
}

function Suggestion({ store, profile }: { store: string; profile: Profile }) {
  return (
    <li>
      <a class="list-row person" href={pathTo('stores', store, 'recall', profile.id)}>
        <span class="name">{nameOf(profile)}</span>
        <span class="soft">{contactOf(profile)}</span>
      </a>
    </li>
  )
}

const SUGGESTIONS = 5

/** Recall is about one person, so that one is chosen first. */
function Choose({ store }: { store: string }) {
  const [text, setText] = useState('')
  const [found, setFound] = useState<readonly Profile[] | undefined>()
  const newest = useLoad(`recall-people/${store}`, async () => {
    const { profiles } = await listProfiles(store)
    const settled = await Promise.allSettled(profiles.slice(0, SUGGESTIONS).map((id) => fetchProfile(store, id)))
    return settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
  })
  return (
    <div class="panel">
      <PersonSearch store={store} label="About whom?" text={text} onText={setText} onFound={setFound} />
      <Show of={newest} rows={SUGGESTIONS}>
        {(people) =>
          (found ?? people).length === 0 ? (
            <Empty title="Nobody here" text="Recall needs a person with memories. Import or write some people first.">
              <a class="button" href={pathTo('stores', store, 'people')}>
                Go to people
              </a>
            </Empty>
          ) : (
            <ul class="list">
              {(found ?? people).map((profile) => (
                <Suggestion key={profile.id} store={store} profile={profile} />
              ))}
            </ul>
          )
        }
      </Show>
    </div>
  )
}

/** A place to try recall, and to see why it answers what it does. */
export function RecallPage({ store, profile }: { store: string; profile: string }) {
  const loaded = useLoad(`recall/${store}/${profile}`, async () =>
    profile === '' ? undefined : await fetchProfile(store, profile),
  )
  const text = 'What is remembered for a question, in which order, and why.'
  const actions = profile !== '' && (
    <>
      <a class="button" href={pathTo('stores', store, 'people', profile)}>
        Open the person
      </a>
      <a class="button" href={pathTo('stores', store, 'recall')}>
        Choose another
      </a>
    </>
  )
  return (
    <Page title="Recall" text={text} actions={actions}>
      {profile === '' ? (
        <Choose store={store} />
      ) : (
        <Show of={loaded} rows={2}>
          {(person) => person && <Playground store={store} profile={person} />}
        </Show>
      )}
    </Page>
  )
}
