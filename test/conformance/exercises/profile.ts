import { importInput } from '../world.js'
import { type Exercise, inStore, onProfile, PAGE } from './exercise.js'

const contact = (email: string) => ({ traits: { Contact: { email, firstName: 'Ada' } } })

export const PROFILES: Record<string, Exercise> = {
  ListProfiles: { success: inStore(() => ({ query: PAGE }), 200) },
  CreateProfile: { success: inStore((world) => ({ body: contact(`${world.unique()}@example.com`) }), 202) },
  FetchProfile: {
    success: onProfile(200, () => ({ query: { traitGroups: 'Contact' } })),
    others: { 'every trait group': onProfile(200, () => ({})) },
  },
  PatchProfileTraits: { success: onProfile(202, () => ({ body: { traits: { Contact: { firstName: 'Ada' } } } })) },
  DeleteProfile: {
    success: onProfile(202, async (world) => ({ params: { profileId: (await world.newProfile()).id } })),
  },
  ListProfileTraits: { success: onProfile(200, () => ({ query: { ...PAGE, traitGroups: 'Contact' } })) },
  CreateProfilesLookup: {
    success: inStore(() => ({ body: { idType: 'email', value: 'Earliest@Example.com ' } }), 200),
    others: { 'nobody has it': inStore(() => ({ body: { idType: 'email', value: 'nobody@example.com' } }), 200) },
  },
  UpdateProfilesBulk: {
    success: inStore(
      (world) => ({ body: { profiles: [{ traits: { Contact: { email: `${world.unique()}@example.com` } } }] } }),
      202,
    ),
  },
  ListProfileIdentifiers: { success: onProfile(200, () => ({})) },
  CreateProfileIdentifier: {
    success: onProfile(202, (world) => ({ body: { idType: 'chat', value: world.unique() } })),
  },
  FetchProfileIdentifier: { success: onProfile(200, () => ({ params: { idType: 'email' } })) },
  PatchProfileIdentifier: {
    success: onProfile(202, async (world) => {
      const { id, email } = await world.newProfile()
      const body = { idType: 'email', oldValue: email, newValue: `${world.unique()}@example.com` }
      return { params: { profileId: id, idType: 'email' }, body }
    }),
  },
  DeleteProfileIdentifier: {
    success: onProfile(202, async (world) => ({
      params: { profileId: (await world.newProfile()).id, idType: 'email' },
      query: { removeAll: 'true' },
    })),
  },
  ListProfileImportsV2: { success: inStore(() => ({ query: PAGE }), 200) },
  CreateProfilesImportV2: { success: inStore(() => ({ body: importInput() }), 201) },
  FetchProfileImportV2: {
    success: async (world) => ({
      params: { storeId: world.store, importId: (await world.newImport()).id },
      status: 200,
    }),
  },
}
