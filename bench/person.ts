const CITIES = ['Lisbon', 'Oslo', 'Denver', 'Kyoto', 'Accra', 'Quito', 'Perth', 'Turin', 'Cork', 'Graz']

/** Area codes x01 to x09 and x12 to x19, which are all in use. */
const AREAS = [2, 3, 4, 5, 6, 7, 8, 9].flatMap((hundreds) =>
  [1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 13, 14, 15, 16, 17, 18, 19].map((ones) => hundreds * 100 + ones),
)
const LINES = 10_000
const PHONES = AREAS.length * LINES

/** The phone number of a made-up person, in the exchange 555; all different below 1.36 million. */
export function phoneOf(index: number): string {
  if (index >= PHONES) throw new Error(`there are no more than ${PHONES} people`)
  const line = Math.floor(index / AREAS.length)
  return `+1${AREAS[index % AREAS.length]}555${String(line).padStart(4, '0')}`
}

export function emailOf(index: number): string {
  return `person.${index}@example.com`
}

/** A made-up person with two identifiers, as a body of CreateProfile. */
export function makePerson(index: number) {
  return {
    traits: {
      Contact: {
        email: emailOf(index),
        phone: phoneOf(index),
        firstName: `First${index % 997}`,
        lastName: `Last${index % 1009}`,
        city: CITIES[index % CITIES.length] ?? '',
        preferredLanguage: 'en',
      },
    },
  }
}
