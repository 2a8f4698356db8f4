import { mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { stringify } from 'csv-stringify/sync'
import {
  CITIES,
  createRandom,
  DOMAINS,
  FIRST_NAMES,
  LAST_NAMES,
  pick,
  type Random,
  STREETS,
  toAscii,
} from './made-up-names.js'

/**
 * Writes examples/people.csv: 1,000 made-up people, the same ones each time, with the faults real files have. The
 * domains are the reserved ones, the phone numbers are of the range 555-0100 to 555-0199 that is kept for fiction.
 */

const TARGET = new URL('../examples/people.csv', import.meta.url)
const PEOPLE = 1000
const SEED = 20_260_101
/** Every so many people one stands in the file again, with other notations of the same identifiers. */
const REPEAT_EVERY = 25

const HEADER = ['first_name', 'last_name', 'e_mail', 'phone', 'street', 'city', 'points', 'newsletter', 'note']

interface Person {
  readonly row: readonly string[]
  /** The same person as another system would write it down. */
  readonly again: readonly string[]
}

function makePerson(random: Random, index: number): Person {
  const firstName = pick(random, FIRST_NAMES)
  const lastName = pick(random, LAST_NAMES)
  const email = `${toAscii(firstName)}.${toAscii(lastName)}.${index + 1}@${pick(random, DOMAINS)}`
  const [area, city] = CITIES[index % CITIES.length] ?? ['', '']
  const line = String(100 + Math.floor(index / CITIES.length)).padStart(4, '0')
  const street = `${1 + Math.floor(random() * 300)} ${pick(random, STREETS)}`
  const points = String(Math.floor(random() * 5000))
  const newsletter = random() < 0.5 ? 'true' : 'false'
  const phone = pick(random, [
    `+1${area}555${line}`,
    `(${area}) 555-${line}`,
    `${area}-555-${line}`,
    `1 ${area} 555 ${line}`,
  ])
  return {
    row: [firstName, lastName, email, phone, street, city, points, newsletter, 'web shop'],
    again: [
      firstName,
      lastName,
      email.toUpperCase(),
      `+1 ${area} 555 ${line}`,
      street,
      city,
      points,
      newsletter,
      'till',
    ],
  }
}

/** Rows at fixed places that an import has something to say about. */
const SPECIAL_ROWS: ReadonlyMap<number, readonly string[]> = new Map([
  // Errors: nothing in them identifies anybody.
  [120, ['Nadia', 'Rossi', '', '', '7 Park Lane', 'Denver', '40', 'true', 'walk-in']],
  [480, ['Tom', 'Walker', '   ', '\\N', '12 Oak Street', 'Miami', '15', 'false', 'walk-in']],
  [770, ['', '', '', '', '', '', '', '', 'empty form']],
  // Warnings: the person goes in, without the value that its trait cannot take.
  [
    250,
    ['Uma', 'Tran', 'uma.tran@example.org', '(312) 555-0198', '3 Mill Road', 'Chicago', 'many', 'true', 'web shop'],
  ],
  [
    610,
    ['Emil', 'Dahl', 'emil.dahl@example.net', '(415) 555-0198', '9 Lake Drive', 'San Francisco', '80', 'maybe', 'fair'],
  ],
  // No fault at all: a quoted cell with a comma, quotes and a line break in it.
  [
    900,
    [
      'Vera',
      'Novak',
      'vera.novak@example.com',
      '(617) 555-0198',
      'c/o "Corner, Shop"\n1 High Street',
      'Boston',
      '5',
      'false',
      'fair',
    ],
  ],
])
/** A row that people write and spreadsheets do not: quotes inside a field that is not quoted. It goes in as it stands. */
const LOOSE_ROW = 'Kai,Olsen,kai.olsen@example.com,(503) 555-0198,5 "Old" Mill Road,Portland,10,true,fair\n'
const LOOSE_ROW_AT = 700

function makeRows(): string[] {
  const random = createRandom(SEED)
  const rows: string[] = [stringify([HEADER])]
  for (let index = 0; index < PEOPLE; index += 1) {
    const person = makePerson(random, index)
    rows.push(stringify([person.row]))
    if (index % REPEAT_EVERY === REPEAT_EVERY - 1) rows.push(stringify([person.again]))
    const special = SPECIAL_ROWS.get(index)
    if (special !== undefined) rows.push(stringify([special]))
    if (index === LOOSE_ROW_AT) rows.push(LOOSE_ROW)
  }
  return rows
}

const rows = makeRows()
mkdirSync(new URL('.', TARGET), { recursive: true })
writeFileSync(TARGET, rows.join(''))
console.log(`${fileURLToPath(TARGET)}: ${rows.length - 1} rows`)
