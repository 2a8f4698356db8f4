import { type Api, createApi, createStore, importEnd, uploadCsv } from '../support/api.js'
import { conversationId, observation, observe, pathsOf, summary } from '../support/memory.js'
import { createProfile } from '../support/profile.js'
import type { TestServer } from '../support/server.js'

/** A store that is worth looking at. */
export interface ConsoleSample {
  readonly api: Api
  readonly store: string
  /** A person with traits, memories, a revision and a merge. */
  readonly ada: string
  /** The profile that was merged into that one. */
  readonly merged: string
  /** An import with errors. */
  readonly failedRows: string
}

const PEOPLE: readonly (readonly [string, string, string, string])[] = [
  ['Grace', 'Lindqvist', 'grace.lindqvist@example.com', '+13175550111'],
  ['Omar', 'Haddad', 'omar.haddad@example.com', '+13175550112'],
  ['Mei', 'Tanaka', 'mei.tanaka@example.com', '+13175550113'],
  ['Tomás', 'Oliveira', 'tomas.oliveira@example.com', '+13175550114'],
  ['Ingrid', 'Berg', 'ingrid.berg@example.com', '+13175550115'],
  ['Samuel', 'Okafor', 'samuel.okafor@example.com', '+13175550116'],
  ['Priya', 'Nair', 'priya.nair@example.com', '+13175550117'],
]

const OBSERVATIONS = [
  ['Is allergic to nuts and asks for the ingredients before she orders.', 'chat', '2026-03-02T10:00:00Z'],
  ['Moved to Lisbon and changed her delivery address.', 'chat', '2026-05-11T09:30:00Z'],
  ['Complained that the last parcel came two days late.', 'phone', '2026-06-01T16:20:00Z'],
  ['Prefers a text message to a call, and never before nine.', 'phone', '2026-07-19T08:10:00Z'],
  ['Bought a bicycle lamp and asked whether it works in the rain.', 'web shop', '2026-09-03T14:45:00Z'],
  ['Wants invoices sent to her company’s address.', 'e-mail', '2026-10-21T11:05:00Z'],
] as const

const GROUP = {
  displayName: 'Loyalty',
  description: 'What the shop knows of a customer’s habits.',
  traits: {
    tier: {
      dataType: 'STRING',
      description: 'Bonus level',
      validationRule: { ruleType: 'STRING', pattern: '^(basic|gold)$' },
    },
    points: { dataType: 'NUMBER', description: 'Bonus points', validationRule: { ruleType: 'NUMBER', min: 0 } },
    newsletter: { dataType: 'BOOLEAN', description: 'Whether the newsletter is sent' },
    interests: { dataType: 'ARRAY', description: 'What was looked at lately' },
    memberNumber: { dataType: 'STRING', description: 'Number on the bonus card' },
  },
}

async function insist(api: Api, method: string, path: string, body: unknown): Promise<void> {
  const answer = await api(method, path, body)
  if (answer.status > 299) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`)
}

async function writeMemories(api: Api, store: string, ada: string): Promise<void> {
  const paths = pathsOf(store, ada)
  const conversation = conversationId(7)
  const all = OBSERVATIONS.map(([content, source, occurredAt]) => observation(content, { source, occurredAt }))
  await observe(api, paths, ...all)
  const { body } = await api('GET', paths.observations)
  const parcel = body.observations.find(({ content }: { content: string }) => content.includes('parcel'))
  const content = 'Complained that the last parcel came two days late and was damp; she got a voucher.'
  await insist(api, 'PATCH', `${paths.observations}/${parcel.id}`, { content })
  const text = 'Ada asked where her parcel was. It had been sent to the old address; a new one went out the same day.'
  const summaries = [
    summary(text, { occurredAt: '2026-06-02T09:00:00Z', source: 'phone', conversationId: conversation }),
  ]
  await insist(api, 'POST', paths.summaries, { summaries })
}

/** Fills a store through the API with made-up customers. */
export async function fillConsole(server: TestServer, displayName: string): Promise<ConsoleSample> {
  const api = createApi(server)
  const store = await createStore(api)
  const description = 'Customers of the web shop'
  await insist(api, 'PATCH', `/v1/ControlPlane/Stores/${store}`, { displayName, description })
  await insist(api, 'POST', `/v1/ControlPlane/Stores/${store}/TraitGroups`, GROUP)
  for (const [firstName, lastName, email, phone] of PEOPLE) {
    await createProfile(api, store, { Contact: { firstName, lastName, email, phone }, Loyalty: { tier: 'basic' } })
  }
  const Contact = { firstName: 'Ada', lastName: 'Moreira', email: 'ada.moreira@example.com', city: 'Lisbon' }
  const Loyalty = { tier: 'gold', points: 1240, newsletter: true, interests: ['bicycles', 'lamps'] }
  const ada = await createProfile(api, store, { Contact, Loyalty })
  const merged = await createProfile(api, store, { Contact: { phone: '+13175550123', preferredLanguage: 'pt' } })
  await createProfile(api, store, { Contact: { email: 'Ada.Moreira@example.com', phone: '(317) 555-0123' } })
  await writeMemories(api, store, ada)
  const csv = [
    'e-mail,mobile,first,town,points',
    'noor.aziz@example.com,317-555-0131,Noor,Utrecht,120',
    ',,Nobody,Bonn,10',
    'liam.byrne@example.com,317-555-0132,Liam,Cork,many',
    'ana.kovac@example.com,317-555-0133,Ana,Split,77',
  ].join('\n')
  const failedRows = await uploadCsv(api, store, `${csv}\n`, {
    'e-mail': 'Contact.email',
    mobile: 'Contact.phone',
    first: 'Contact.firstName',
    town: 'Contact.city',
    points: 'Loyalty.points',
  })
  await importEnd(api, store, failedRows)
  return { api, store, ada, merged, failedRows }
}
