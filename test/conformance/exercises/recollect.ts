import { type Exercise, inStore, onProfile, PAGE } from './exercise.js'

/** The operations beyond the API. */
export const OWN: Record<string, Exercise> = {
  FetchImportProgress: {
    success: async (world) => ({
      params: { storeId: world.store, importId: (await world.newImport()).id },
      status: 200,
    }),
  },
  ListImportErrors: {
    success: async (world) => ({
      params: { storeId: world.store, importId: (await world.newImport()).id },
      status: 200,
    }),
  },
  UploadImportFile: {
    success: async (world) => {
      const { id, url } = await world.newImport()
      return { params: { importId: id }, query: Object.fromEntries(url.searchParams), body: 'mail,name\n', status: 200 }
    },
    others: {
      'another signature': async (world) => {
        const { id, url } = await world.newImport()
        const query = { ...Object.fromEntries(url.searchParams), signature: 'x'.repeat(43) }
        return { params: { importId: id }, query, body: 'mail,name\n', status: 403 }
      },
    },
    signed: true,
  },
  ListProfileMerges: { success: onProfile(200, () => ({ query: PAGE })) },
  ListHubs: { success: inStore(() => ({ query: PAGE }), 200) },
}
