import { formatValue, shortId } from './format.js'
import type { Profile } from './resources.js'

function traitOf({ traits }: Profile, ...names: string[]): string | undefined {
  for (const name of names) {
    for (const group of Object.values(traits)) {
      const value = group[name]
      if (value !== undefined && value !== '') return formatValue(value)
    }
  }
  return undefined
}

/** What to call a person: by name, else by address, else by id. */
export function nameOf(profile: Profile): string {
  const parts = [traitOf(profile, 'firstName'), traitOf(profile, 'lastName')].filter((part) => part !== undefined)
  if (parts.length > 0) return parts.join(' ')
  return traitOf(profile, 'name', 'fullName', 'email', 'phone', 'whatsapp', 'chat') ?? `Nameless ${shortId(profile.id)}`
}

/** How a person can be reached, for lists. */
export function contactOf(profile: Profile): string {
  const contacts = [traitOf(profile, 'email'), traitOf(profile, 'phone')].filter((part) => part !== undefined)
  return contacts.join(' · ')
}
