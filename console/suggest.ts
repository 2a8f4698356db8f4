import type { TraitGroup } from '../src/contract/trait-group.js'

/** What columns of the world are called, by the trait of the group every store has. */
const SYNONYMS: Readonly<Record<string, readonly string[]>> = {
  email: ['mail', 'emailaddress', 'mailaddress'],
  phone: ['tel', 'telephone', 'mobile', 'cell', 'phonenumber', 'mobilephone', 'mobilenumber'],
  whatsapp: ['wa', 'whatsappnumber'],
  chat: ['chatid', 'username', 'handle'],
  firstName: ['first', 'forename', 'givenname', 'vorname'],
  lastName: ['last', 'surname', 'familyname', 'nachname'],
  street: ['address', 'streetaddress', 'address1', 'addressline1'],
  city: ['town', 'place', 'ort'],
  state: ['province', 'region'],
  postalCode: ['zip', 'zipcode', 'postcode', 'plz'],
  country: ['countrycode', 'land'],
  preferredLanguage: ['language', 'lang', 'locale'],
}

const EMAIL = /^[^\s@,]+@[^\s@,]+\.[^\s@,]+$/
const PHONE = /^\+?[\d\s().-]{7,20}$/
const DIGITS = /\d/g
/** Of the cells with something in them. */
const MOST = 0.7

function plain(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]/g, '')
}

/** The traits a name may stand for, the most likely first. */
function byName(column: string, traits: readonly string[]): string[] {
  const wanted = plain(column)
  const nameOf = (trait: string) => trait.slice(trait.indexOf('.') + 1)
  const equal = traits.filter((trait) => plain(nameOf(trait)) === wanted || plain(trait) === wanted)
  const alike = traits.filter((trait) => SYNONYMS[nameOf(trait)]?.includes(wanted))
  return [...equal, ...alike]
}

/** The trait that the values look like. */
function byValues(values: readonly string[], traits: readonly string[]): string[] {
  const filled = values.map((value) => value.trim()).filter((value) => value !== '')
  const share = (test: (value: string) => boolean) => filled.filter(test).length / Math.max(1, filled.length)
  const ending = (name: string) => traits.filter((trait) => trait.endsWith(`.${name}`))
  if (share((value) => EMAIL.test(value)) >= MOST) return ending('email')
  const isPhone = (value: string) =>
    PHONE.test(value) && (value.match(DIGITS) ?? []).length >= 7 && /[+() -]/.test(value)
  return share(isPhone) >= MOST ? ending('phone') : []
}

/** Why a column was mapped as it is. */
export interface Suggestion {
  /** As `group.name`; empty for a column that is not imported. */
  readonly trait: string
  readonly reason: '' | 'by its name' | 'by its values'
}

/** Suggests a trait for every column, each trait once: by names first, then by what the values look like. */
export function suggestMappings(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  groups: readonly TraitGroup[],
): Suggestion[] {
  const traits = groups.flatMap(({ displayName, traits: own = {} }) =>
    Object.keys(own).map((name) => `${displayName}.${name}`),
  )
  const taken = new Set<string>()
  const take = (candidates: readonly string[]) => {
    const trait = candidates.find((candidate) => !taken.has(candidate))
    if (trait !== undefined) taken.add(trait)
    return trait
  }
  const named = header.map((column) => take(byName(column, traits)))
  return header.map((_, index): Suggestion => {
    const trait = named[index]
    if (trait !== undefined) return { trait, reason: 'by its name' }
    const values = rows.map((row) => row[index] ?? '')
    const alike = take(byValues(values, traits))
    return alike === undefined ? { trait: '', reason: '' } : { trait: alike, reason: 'by its values' }
  })
}
