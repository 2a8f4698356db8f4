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
} from '../made-up-names.js'

/** A made-up bicycle shop and its 200 customers, the same ones each time. */
export const COMPANY = 'tidewater-cycles'
export const ALL_CUSTOMERS = 200
/** The others come with a file. */
const BY_API = 176
const SEED = 20_260_301
const PHONES_PER_AREA = 100

const BIKES = ['city bike', 'gravel bike', 'cargo bike', 'road bike', 'folding bike', 'touring bike'] as const
const INTERESTS = ['touring', 'commuting', 'racing', 'family rides', 'repairs', 'winter riding', 'camping'] as const
const TIERS = ['bronze', 'silver', 'gold'] as const

export interface Customer {
  readonly email: string
  readonly phone: string
  readonly traits: {
    readonly Contact: Readonly<Record<string, string>>
    readonly Loyalty: Readonly<Record<string, string | number | boolean>>
    readonly Riding: Readonly<Record<string, string | number | readonly string[]>>
  }
}

/** What a customer has to say comes from here. The first one has the most of it. */
export const STAR: Customer = {
  email: 'maya.lindqvist@example.com',
  phone: '+12065550199',
  traits: {
    Contact: {
      email: 'maya.lindqvist@example.com',
      phone: '+12065550199',
      firstName: 'Maya',
      lastName: 'Lindqvist',
      street: '18 Lake Drive',
      city: 'Seattle',
      country: 'US',
      preferredLanguage: 'en',
    },
    Loyalty: { points: 4820, tier: 'gold', newsletter: false, memberNumber: 'TC-00001' },
    Riding: { bike: 'gravel bike', frameSizeCm: 54, interests: ['touring', 'family rides', 'winter riding'] },
  },
}

/** Two halves of one person, as two systems knew her: the write that names both makes them one. */
export const SPLIT = {
  shop: { Contact: { email: 'ines.okafor@example.org', firstName: 'Ines', lastName: 'Okafor', city: 'Portland' } },
  messenger: { Contact: { whatsapp: 'whatsapp:+15035550198', firstName: 'Ines' } },
  both: { Contact: { email: 'Ines.Okafor@example.org', whatsapp: 'whatsapp:+15035550198' } },
} as const

function makeCustomer(random: Random, index: number): Customer {
  const [firstName, lastName] = [pick(random, FIRST_NAMES), pick(random, LAST_NAMES)]
  const email = `${toAscii(firstName)}.${toAscii(lastName)}.${index}@${pick(random, DOMAINS)}`
  const [area, city] = CITIES[index % CITIES.length] ?? ['', '']
  // 198 and 199 belong to the two people above.
  const line = 100 + (Math.floor(index / CITIES.length) % (PHONES_PER_AREA - 2))
  const phone = `+1${area}555${String(line).padStart(4, '0')}`
  const points = Math.floor(random() * 5000)
  return {
    email,
    phone,
    traits: {
      Contact: {
        email,
        phone,
        firstName,
        lastName,
        street: `${1 + Math.floor(random() * 300)} ${pick(random, STREETS)}`,
        city,
        country: 'US',
        preferredLanguage: 'en',
      },
      Loyalty: {
        points,
        tier: TIERS[Math.min(Math.floor(points / 2000), 2)] ?? 'bronze',
        newsletter: random() < 0.6,
        memberNumber: `TC-${String(index + 1).padStart(5, '0')}`,
      },
      Riding: {
        bike: pick(random, BIKES),
        frameSizeCm: 48 + 2 * Math.floor(random() * 7),
        interests: [...new Set([pick(random, INTERESTS), pick(random, INTERESTS)])],
      },
    },
  }
}

/** All but the two halves of one person, who are a customer together. */
export function makeCustomers(): { readonly byApi: readonly Customer[]; readonly byFile: readonly Customer[] } {
  const random = createRandom(SEED)
  const made = Array.from({ length: ALL_CUSTOMERS - 2 }, (_, index) => makeCustomer(random, index + 1))
  return { byApi: [STAR, ...made.slice(0, BY_API - 2)], byFile: made.slice(BY_API - 2) }
}

export const TRAIT_GROUPS = [
  {
    displayName: 'Loyalty',
    description: 'The bonus programme',
    traits: {
      points: { dataType: 'NUMBER', validationRule: { ruleType: 'NUMBER', min: 0 } },
      tier: { dataType: 'STRING', validationRule: { ruleType: 'STRING', pattern: '^(bronze|silver|gold)$' } },
      newsletter: { dataType: 'BOOLEAN' },
      memberNumber: { dataType: 'STRING', validationRule: { ruleType: 'STRING', pattern: '^TC-[0-9]{5}$' } },
    },
  },
  {
    displayName: 'Riding',
    description: 'What somebody rides, and how',
    traits: {
      bike: { dataType: 'STRING' },
      frameSizeCm: { dataType: 'NUMBER', validationRule: { ruleType: 'NUMBER', min: 30, max: 70 } },
      interests: { dataType: 'ARRAY' },
    },
  },
] as const

export const COLUMNS: Readonly<Record<string, string>> = {
  first_name: 'Contact.firstName',
  last_name: 'Contact.lastName',
  e_mail: 'Contact.email',
  phone: 'Contact.phone',
  city: 'Contact.city',
  points: 'Loyalty.points',
  tier: 'Loyalty.tier',
}

/** What the till exports: new people, people who are known, and the faults real files have. */
export function makeTillExport({ byApi, byFile }: ReturnType<typeof makeCustomers>): string {
  const row = ({ traits: { Contact, Loyalty } }: Customer, email: string) =>
    [Contact.firstName, Contact.lastName, email, Contact.phone, Contact.city, Loyalty.points, Loyalty.tier].join(',')
  const rows = [
    Object.keys(COLUMNS).join(','),
    ...byFile.map((customer) => row(customer, customer.email)),
    // Known people, as another system writes their addresses.
    ...byApi.slice(10, 18).map((customer) => row(customer, customer.email.toUpperCase())),
  ]
  const faults = [
    // Nothing in them identifies anybody.
    'Walk-in,Customer,,,Seattle,40,bronze',
    'Walk-in,Customer,,,Portland,15,bronze',
    ',,,,,,',
    'Tom,,  ,\\N,Miami,5,bronze',
    // Known people with a value that the trait does not take.
    `${byFile[0]?.traits.Contact.firstName ?? ''},,${byFile[0]?.email ?? ''},,,many,gold`,
    `${byFile[1]?.traits.Contact.firstName ?? ''},,${byFile[1]?.email ?? ''},,,120,platinum`,
  ]
  for (const [index, fault] of faults.entries()) rows.splice(6 * (index + 1), 0, fault)
  return `${rows.join('\n')}\n`
}
