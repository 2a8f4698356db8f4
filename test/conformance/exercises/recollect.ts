import { CONVERSATION, communicationInput, importInput } from '../world.js'
import { type Exercise, inStore, onProfile, PAGE } from './exercise.js'
import { RECALL } from './memory.js'

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
  CancelImport: {
    success: async (world) => ({
      params: { storeId: world.store, importId: (await world.newImport()).id },
      status: 202,
    }),
  },
  PreviewImport: {
    success: inStore(
      () => ({ body: { columnMappings: importInput().columnMappings, content: 'mail,name\na@example.com,Ann\n' } }),
      200,
    ),
  },
  FetchStoreCounts: { success: inStore(() => ({}), 200) },
  ListJobs: { success: () => ({ query: PAGE, status: 200 }) },
  RetryJob: { success: async (world) => ({ params: { jobId: await world.newJob() }, status: 202 }) },
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
  FetchRetention: { success: inStore(() => ({}), 200) },
  UpdateRetention: {
    success: async (world) => ({
      params: { storeId: await world.newStore() },
      body: { observationDays: 400, summaryDays: 400 },
      status: 200,
    }),
    others: {
      'stale If-Match': inStore(() => ({ body: { summaryDays: 400 }, headers: { 'If-Match': '"stale"' } }), 412),
    },
  },
  CreateCommunications: {
    success: inStore(
      () => ({ params: { conversationId: CONVERSATION }, body: { communications: [communicationInput('1')] } }),
      202,
    ),
  },
  ListCommunications: { success: inStore(() => ({ params: { conversationId: CONVERSATION }, query: PAGE }), 200) },
  FetchRecallExplanation: {
    success: onProfile(200, () => ({
      query: Object.fromEntries(Object.entries(RECALL).map(([name, value]) => [name, String(value)])),
    })),
  },
  ListAudit: {
    success: (world) => ({
      query: {
        ...PAGE,
        storeId: world.store,
        operation: 'CreateProfile',
        credential: world.server.account.sid,
        from: '2026-01-01T00:00:00Z',
        to: '2100-01-01T00:00:00.000+01:00',
      },
      status: 200,
    }),
  },
  ExplainRecall: { success: onProfile(200, () => ({ body: RECALL })) },
}
