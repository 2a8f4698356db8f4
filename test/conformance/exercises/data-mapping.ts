import { dataMappingInput } from '../world.js'
import { STALE } from './control-plane.js'
import { type Exercise, inStore, PAGE } from './exercise.js'

export const DATA_MAPPINGS: Record<string, Exercise> = {
  ListDataMappings: { success: inStore(() => ({ query: { ...PAGE, type: 'INGRESS' } }), 200) },
  CreateDataMapping: {
    success: inStore((world) => ({ body: dataMappingInput(world.unique()) }), 202),
    others: {
      'taken name': async (world) => ({
        params: { storeId: world.store },
        body: dataMappingInput((await world.newDataMapping()).displayName),
        status: 409,
      }),
    },
  },
  FetchDataMapping: {
    success: async (world) => ({
      params: { storeId: world.store, dataMappingId: (await world.newDataMapping()).id },
      status: 200,
    }),
  },
  PatchDataMapping: {
    success: async (world) => {
      const { mappingFrom, ...body } = dataMappingInput(world.unique())
      const dataMappingId = (await world.newDataMapping()).id
      return { params: { storeId: world.store, dataMappingId }, body, status: 202 }
    },
    others: {
      'stale If-Match': async (world) => ({
        params: { storeId: world.store, dataMappingId: (await world.newDataMapping()).id },
        body: {},
        headers: STALE,
        status: 412,
      }),
    },
  },
  DeleteDataMapping: {
    success: async (world) => ({
      params: { storeId: world.store, dataMappingId: (await world.newDataMapping()).id },
      status: 202,
    }),
  },
}
