import { useEffect, useState } from 'preact/hooks'
import { formatCount } from '../format.js'
import { useLoad } from '../load.js'
import { fetchIdentitySettings, fetchProfile, lookupProfiles, type Profile } from '../resources.js'
import { Notice } from './feedback.js'
import { SelectField, TextField } from './field.js'

const PAUSE_MS = 200
const MAX_SHOWN = 20
const PROFILE_ID = /^mem_profile_[0-7][0-9a-z]{25}$/

/** What one identifier type makes of the text, and whom it finds. */
interface Found {
  readonly idType: string
  readonly normalizedValue: string
  readonly profiles: readonly string[]
}

/** The text once it rests, so that not every letter is asked about. */
function useResting(text: string): string {
  const [resting, setResting] = useState(text)
  useEffect(() => {
    const timer = setTimeout(() => setResting(text), PAUSE_MS)
    return () => clearTimeout(timer)
  }, [text])
  return resting
}

async function search(store: string, idTypes: readonly string[], text: string) {
  const found = await Promise.all(
    idTypes.map(
      async (idType): Promise<Found> => ({ idType, ...(await lookupProfiles(store, { idType, value: text })) }),
    ),
  )
  const direct = PROFILE_ID.test(text) ? [text] : []
  const ids = [...new Set([...direct, ...found.flatMap(({ profiles }) => profiles)])]
  const settled = await Promise.allSettled(ids.slice(0, MAX_SHOWN).map((id) => fetchProfile(store, id)))
  const people = settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
  return { found, people, total: ids.length }
}

type SearchResult = Awaited<ReturnType<typeof search>>

/** What the server makes of the text for each type, so that one sees what is searched for. */
function Forms({ found }: Pick<SearchResult, 'found'>) {
  const forms = new Map<string, string[]>()
  for (const { idType, normalizedValue } of found) {
    forms.set(normalizedValue, [...(forms.get(normalizedValue) ?? []), idType])
  }
  return (
    <>
      {[...forms].map(([value, idTypes]) => (
        <span key={value} class="chip">
          {idTypes.join(', ')}: <span class="mono">{value}</span>
        </span>
      ))}
    </>
  )
}

function resultText({ people, total }: SearchResult): string {
  if (total === 0) return 'Nobody has this identifier.'
  if (total > people.length) return `${formatCount(total)} people, of whom ${people.length} are shown`
  return total === 1 ? '1 person' : `${total} people`
}

interface PersonSearchProps {
  store: string
  label: string
  text: string
  onText: (text: string) => void
  /** Called with whom the text finds, and with nothing when there is no text. */
  onFound: (people: readonly Profile[] | undefined) => void
}

/** Finds people by any identifier, in any notation, while it is typed. */
export function PersonSearch({ store, label, text, onText, onFound }: PersonSearchProps) {
  const [idType, setIdType] = useState('')
  const settings = useLoad(`types/${store}`, () => fetchIdentitySettings(store))
  const types = settings.value?.value.identifierConfigs.map((config) => config.idType) ?? []
  const wanted = useResting(text.trim())
  const asked = wanted !== '' && types.length > 0
  const result = useLoad(`${store}/${idType}/${asked ? wanted : ''}`, async () =>
    asked ? search(store, idType === '' ? types : [idType], wanted) : undefined,
  )
  // Told when the result changes.
  useEffect(() => onFound(result.value?.people), [result.value])
  return (
    <div class="panel-body">
      <div class="row">
        <div class="grow">
          <TextField
            label={label}
            value={text}
            onInput={onText}
            type="search"
            placeholder="E-mail address, phone number in any notation, id …"
            autocomplete="off"
            focusKey
          />
        </div>
        <SelectField
          label="Type"
          value={idType}
          onChange={setIdType}
          options={[['', 'Any type'], ...types.map((type) => [type, type] as const)]}
        />
      </div>
      <div class="row search-forms" aria-live="polite">
        {result.value === undefined ? (
          <span class="soft small-text">{wanted === '' ? 'Type to search.' : 'Searching …'}</span>
        ) : (
          <>
            <span class="soft small-text">{resultText(result.value)}</span>
            <Forms found={result.value.found} />
          </>
        )}
      </div>
      <Notice error={result.error ?? settings.error} />
    </div>
  )
}
