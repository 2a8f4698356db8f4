import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { createRandom, type Random } from '../random.js'
import type { Customer, CustomerMemory, CustomerSet } from './customers.js'
import { BANK } from './material/bank.js'
import { CLINIC } from './material/clinic.js'
import { type Fact, LISTS } from './material/fact.js'
import { GENERAL } from './material/general.js'
import { OFF_TOPIC } from './material/off-topic.js'
import { SHOP } from './material/shop.js'
import { TELECOM } from './material/telecom.js'

/** Makes bench/recall/customers.json: `npx tsx bench/recall/make-customers.ts`. It always makes the same one. */

const BUSINESSES = { shop: SHOP, telecom: TELECOM, bank: BANK, clinic: CLINIC }
const CUSTOMERS_A_BUSINESS = 5
const QUESTIONS_A_CUSTOMER = 16
const FIRST_DAY = Date.UTC(2025, 0, 6, 9)
const DAY_MS = 86_400_000

/** What the braces stand for with one customer. */
function createFill(random: Random): (text: string) => string {
  const values = new Map<string, string>()
  return (text) =>
    text.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
      const list = LISTS[name]
      if (list === undefined) throw new Error(`there is no list of {${name}}`)
      const value = values.get(name) ?? random.pick(list)
      values.set(name, value)
      return value
    })
}

function shuffle<T>(items: readonly T[], random: Random): T[] {
  const shuffled = [...items]
  for (let last = shuffled.length - 1; last > 0; last -= 1) {
    const other = random.integer(last + 1)
    const [a, b] = [shuffled[last] as T, shuffled[other] as T]
    shuffled[last] = b
    shuffled[other] = a
  }
  return shuffled
}

/** Notes of one call, two to four, share a conversation. */
function placeInTime(contents: readonly string[], id: string, random: Random): CustomerMemory[] {
  let call = 0
  let left = 0
  let day = 0
  return contents.map((content, index) => {
    if (left === 0) {
      call += 1
      left = 2 + random.integer(3)
      day += 1 + random.integer(20)
    }
    left -= 1
    const occurredAt = new Date(FIRST_DAY + day * DAY_MS + index * 60_000).toISOString()
    return { id: `${id}-${index + 1}`, content, occurredAt, conversation: `${id}-call-${call}` }
  })
}

function makeCustomer(id: string, business: readonly Fact[], random: Random): Customer {
  const fill = createFill(random)
  const facts = shuffle([...business, ...GENERAL], random)
  const memories = placeInTime(
    facts.map(({ notes }) => fill(random.pick(notes))),
    id,
    random,
  )
  const asked = facts.flatMap(({ questions }, index) => {
    const memory = memories[index]
    if (memory === undefined || questions.length === 0) return []
    return { question: fill(random.pick(questions)), answers: [memory.id] }
  })
  return { id, memories, questions: shuffle(asked, random).slice(0, QUESTIONS_A_CUSTOMER) }
}

const random = createRandom(20_26)
const customers = Object.entries(BUSINESSES).flatMap(([name, facts]) =>
  Array.from({ length: CUSTOMERS_A_BUSINESS }, (_, index) => makeCustomer(`${name}-${index + 1}`, facts, random)),
)
const set: CustomerSet = { customers, offTopic: [...OFF_TOPIC] }
writeFileSync(fileURLToPath(new URL('customers.json', import.meta.url)), `${JSON.stringify(set, null, 2)}\n`)
const count = customers.reduce((sum, { questions }) => sum + questions.length, 0)
console.log(`${customers.length} customers, ${count} questions, ${OFF_TOPIC.length} off-topic questions`)
