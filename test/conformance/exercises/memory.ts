import { CONVERSATION, observationInput, summaryInput } from '../world.js'
import { type Exercise, onProfile, PAGE } from './exercise.js'

/** A recall with every part. */
export const RECALL = {
  query: 'when to call',
  conversationId: CONVERSATION,
  beginDate: '2020-01-01T00:00:00Z',
  endDate: '2100-01-01T00:00:00Z',
  observationsLimit: 5,
  summariesLimit: 5,
  communicationsLimit: 5,
  relevanceThreshold: 0,
}

export const MEMORIES: Record<string, Exercise> = {
  ListProfileObservations: {
    success: onProfile(200, async (world) => {
      await world.newObservation()
      const times = { createdAfter: '2020-01-01T00:00:00Z', createdBefore: '2100-01-01T00:00:00Z' }
      return { query: { ...PAGE, ...times, source: 'agent notes', conversationId: CONVERSATION } }
    }),
  },
  CreateProfileObservation: { success: onProfile(202, () => ({ body: { observations: [observationInput()] } })) },
  FetchProfileObservation: {
    success: onProfile(200, async (world) => ({ params: { observationId: await world.newObservation() } })),
  },
  PatchProfileObservation: {
    success: onProfile(202, async (world) => ({
      params: { observationId: await world.newObservation() },
      body: { ...observationInput(), content: 'Prefers to be called before six' },
    })),
  },
  DeleteProfileObservation: {
    success: onProfile(202, async (world) => ({ params: { observationId: await world.newObservation() } })),
  },
  ListObservationRevisions: {
    success: onProfile(200, async (world) => ({
      params: { observationId: await world.newObservation() },
      query: { pageSize: '3' },
    })),
  },
  ListProfileConversationSummaries: {
    success: onProfile(200, async (world) => {
      await world.newSummary()
      return { query: { pageSize: '3', conversationId: CONVERSATION } }
    }),
  },
  CreateProfileConversationSummary: { success: onProfile(202, () => ({ body: { summaries: [summaryInput()] } })) },
  FetchProfileConversationSummary: {
    success: onProfile(200, async (world) => ({ params: { summaryId: await world.newSummary() } })),
  },
  PatchProfileConversationSummary: {
    success: onProfile(202, async (world) => ({
      params: { summaryId: await world.newSummary() },
      body: { ...summaryInput(), content: 'Got the refund' },
    })),
  },
  DeleteProfileConversationSummary: {
    success: onProfile(202, async (world) => ({ params: { summaryId: await world.newSummary() } })),
  },
  CreateFetchProfileMemory: {
    success: onProfile(200, async (world) => {
      await world.newObservation()
      await world.newSummary()
      return { body: RECALL }
    }),
    others: { 'without a query': onProfile(200, () => ({ body: {} })) },
  },
}
