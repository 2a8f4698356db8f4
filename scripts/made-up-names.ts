/** What made-up people are made of: reserved domains, and phone numbers of the range that is kept for fiction. */

export const FIRST_NAMES =
  'Ada Amir Ana Ben Bruno Carla Chen Dana Daniel Elif Elena Emil Fatima Felix Grace Hana Henrik Ines Ivan Jamal José Julia Kai Karin Leila Lena Liam Lucía Mateo Maya Mia Milan Nadia Noah Nora Olga Omar Paul Priya Rafael Rosa Sami Sofia Tariq Tom Uma Vera Wei Yara Zoë'.split(
    ' ',
  )
export const LAST_NAMES =
  "Abbott Almeida Baker Bauer Becker Brandt Carter Castillo Cooper Dahl Diaz Doyle Eriksen Evans Farah Fischer Flores Garcia Graham Haddad Hansen Hughes Ito Jansen Kaya Keller Khan Kim Kowalski Larsen Lopez Martin Meyer Mori Moreau Müller Nguyen Novak O'Neil Okafor Olsen Patel Pereira Petrov Rao Rossi Santos Schmidt Silva Smith Suzuki Tanaka Tran Varga Walker Weber Wong Yilmaz Young Zhang".split(
    ' ',
  )
export const STREETS = [
  'Oak Street',
  'Maple Avenue',
  'Station Road',
  'Park Lane',
  'Mill Road',
  'High Street',
  'Lake Drive',
]
/** Area codes and the cities they belong to. */
export const CITIES: readonly (readonly [string, string])[] = [
  ['202', 'Washington'],
  ['206', 'Seattle'],
  ['212', 'New York'],
  ['303', 'Denver'],
  ['305', 'Miami'],
  ['312', 'Chicago'],
  ['404', 'Atlanta'],
  ['415', 'San Francisco'],
  ['503', 'Portland'],
  ['512', 'Austin'],
  ['602', 'Phoenix'],
  ['617', 'Boston'],
  ['702', 'Las Vegas'],
]
export const DOMAINS = ['example.com', 'example.org', 'example.net']

export type Random = () => number

/** mulberry32: small, and the same numbers on every machine. */
export function createRandom(seed: number): Random {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

export function pick<T>(random: Random, items: readonly T[]): T {
  const item = items[Math.floor(random() * items.length)]
  if (item === undefined) throw new Error('nothing to pick from')
  return item
}

export function toAscii(name: string): string {
  return name
    .normalize('NFD')
    .replaceAll(/[^A-Za-z]/g, '')
    .toLowerCase()
}
