import { type Exercise, inStore, PAGE } from './exercise.js'

const TRAITS = {
  color: {
    dataType: 'STRING',
    description: 'Favourite color',
    validationRule: { ruleType: 'STRING', pattern: '^[a-z]+$', minLength: 1, maxLength: 20 },
  },
  visits: { dataType: 'NUMBER', validationRule: { ruleType: 'NUMBER', min: 0, max: 1000 } },
  member: { dataType: 'BOOLEAN', validationRule: { ruleType: 'BOOLEAN' } },
  sizes: { dataType: 'ARRAY', validationRule: { ruleType: 'ARRAY', minItems: 1, maxItems: 5 } },
  secondMail: { dataType: 'STRING', idTypePromotion: 'email' },
}

const SETTINGS = {
  identifierConfigs: ['email', 'phone', 'whatsapp', 'chat'].map((idType) => ({
    idType,
    matchingAlgo: 'exact',
    matchingThreshold: 75,
    limit: 100,
    limitPolicy: 'fifo',
    enforceUnique: true,
    normalization: idType === 'email' || idType === 'phone' ? idType : 'trim',
  })),
  matchingRules: ['email', 'phone', 'whatsapp', 'chat'],
}

/** An ETag of version 0, which nothing has. */
export const STALE = { 'If-Match': '"eyJpZCI6ImEiLCJ2IjowfQ"' }

export const CONTROL_PLANE: Record<string, Exercise> = {
  ListStores: { success: () => ({ query: PAGE, status: 200 }) },
  CreateStore: {
    success: (world) => ({ body: { displayName: world.unique(), description: 'For tests' }, status: 202 }),
    others: {
      'taken name': async (world) => {
        const displayName = world.unique()
        await world.newStore(displayName)
        return { body: { displayName }, status: 409 }
      },
    },
  },
  FetchStore: { success: (world) => ({ params: { storeId: world.store }, status: 200 }) },
  PatchStore: {
    success: async (world) => ({
      params: { storeId: await world.newStore() },
      body: { displayName: world.unique(), description: 'Changed' },
      status: 202,
    }),
    others: {
      'stale If-Match': (world) => ({ params: { storeId: world.store }, body: {}, headers: STALE, status: 412 }),
      'taken name': async (world) => {
        const displayName = world.unique()
        await world.newStore(displayName)
        return { params: { storeId: world.store }, body: { displayName }, status: 409 }
      },
    },
  },
  DeleteStore: { success: async (world) => ({ params: { storeId: await world.newStore() }, status: 202 }) },
  FetchIdentityResolutionSettings: { success: (world) => ({ params: { storeId: world.store }, status: 200 }) },
  UpdateIdentityResolutionSettings: {
    success: async (world) => ({ params: { storeId: await world.newStore() }, body: SETTINGS, status: 202 }),
    others: { 'stale If-Match': inStore(() => ({ body: SETTINGS, headers: STALE }), 412) },
  },
  ListTraitGroups: {
    success: inStore(() => ({ query: { ...PAGE, includeTraits: 'true' } }), 200),
    others: { 'without definitions': inStore(() => ({}), 200) },
  },
  CreateTraitGroup: {
    success: inStore(
      (world) => ({ body: { displayName: world.unique(), description: 'Tastes', traits: TRAITS } }),
      202,
    ),
    others: { 'taken name': inStore(() => ({ body: { displayName: 'Contact' } }), 409) },
  },
  FetchTraitGroup: {
    success: inStore(() => ({ params: { traitGroupName: 'Contact' }, query: { ...PAGE, includeTraits: 'true' } }), 200),
    others: {
      'without definitions': inStore(
        () => ({ params: { traitGroupName: 'Contact' }, query: { includeTraits: 'false' } }),
        200,
      ),
    },
  },
  PatchTraitGroup: {
    success: async (world) => ({
      params: { storeId: world.store, traitGroupName: await world.newTraitGroup() },
      body: { description: 'Changed', traits: TRAITS },
      status: 202,
    }),
    others: {
      'stale If-Match': inStore(() => ({ params: { traitGroupName: 'Contact' }, body: {}, headers: STALE }), 412),
    },
  },
  DeleteTraitGroup: {
    success: async (world) => ({
      params: { storeId: world.store, traitGroupName: await world.newTraitGroup() },
      status: 202,
    }),
    others: { 'the Contact group': inStore(() => ({ params: { traitGroupName: 'Contact' } }), 409) },
  },
  FetchOperation: { success: async (world) => ({ params: { operationId: await world.newOperation() }, status: 200 }) },
}
