import { expect, it } from 'vitest'
import { useServer } from '../support/use-server.js'

const { api, store } = useServer()

let names = 0

/** Patterns that keep one engine or another busy for seconds or for ever, with a text that makes them do so. */
const HOSTILE: [string, string, string][] = [
  ['nested repetitions', '(a+)+$', 'a'.repeat(900_000)],
  ['alternatives that overlap', '(a|a)*b', 'a'.repeat(900_000)],
  ['many ways to divide the text', '^(.*a){12}$', 'a'.repeat(900_000)],
  ['a repetition of a thousand repetitions', '(a{1000}){1000}', 'a'.repeat(1000)],
  ['a thousand optional characters', '((a?){1000})$', 'a'.repeat(200_000)],
  ['a hundred times a thousand optional characters', '(a?){1000}'.repeat(99), 'a'.repeat(1000)],
  ['classes of all letters', '(\\pL{0,100}\\pN{0,100}){5}$', 'a'.repeat(200_000)],
]

it.each(HOSTILE)('refuses or bounds %s', { timeout: 5000 }, async (_, pattern, text) => {
  names += 1
  const displayName = `Group${names}`
  const traits = { x: { dataType: 'STRING', validationRule: { ruleType: 'STRING', pattern } } }
  const { status } = await api('POST', `/v1/ControlPlane/Stores/${store()}/TraitGroups`, { displayName, traits })
  expect([202, 400]).toContain(status)
  if (status === 400) return
  const profile = { traits: { Contact: { chat: displayName }, [displayName]: { x: `${text}!` } } }
  expect([202, 400]).toContain((await api('POST', `/v1/Stores/${store()}/Profiles`, profile)).status)
})
