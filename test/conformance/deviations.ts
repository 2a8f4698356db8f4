import type { Difference } from './compare.js'

/** A difference from the official document that is meant, and why. */
export interface Deviation {
  /** Operation ids; absent: a habit of the whole server, which makes no single operation differ. */
  readonly operations?: readonly string[]
  /** Which places of a difference; see Difference. */
  readonly where: RegExp
  readonly reason: string
}

const MEMORIES = [
  'ListProfileObservations',
  'CreateProfileObservation',
  'FetchProfileObservation',
  'PatchProfileObservation',
  'ListObservationRevisions',
  'ListProfileConversationSummaries',
  'CreateProfileConversationSummary',
  'FetchProfileConversationSummary',
  'PatchProfileConversationSummary',
  'CreateFetchProfileMemory',
]

/** Every meant difference. The tests fail on one that is not here, and on one here that is none. */
export const DEVIATIONS: readonly Deviation[] = [
  {
    where: /^status 401$/,
    reason: 'Wrong or missing credentials are 401 everywhere; the document leaves it out on the control plane.',
  },
  {
    where: /^status 403$/,
    reason:
      'A key that may not do what it asks for is 403 everywhere; the document leaves it out on the control plane.',
  },
  {
    where: /^status 413$/,
    reason: 'A request body over the size limit is 413; the document knows no limit.',
  },
  {
    operations: ['CreateStore', 'PatchStore', 'CreateTraitGroup', 'PatchDataMapping'],
    where: /^status 409$/,
    reason: 'A name that is taken is 409, as the document has it for CreateDataMapping.',
  },
  {
    operations: ['PatchTraitGroup', 'PatchDataMapping'],
    where: /^status 412$/,
    reason: 'A stale If-Match is 412: the document has the header here, and the status on its other operations.',
  },
  {
    operations: ['UpdateProfilesBulk'],
    where: /^request (required|maxProperties|additionalProperties)$/,
    reason: 'A batch must have `profiles` and nothing else; the document lets it be left out.',
  },
  {
    operations: MEMORIES,
    where: /^query source pattern$|\.source pattern$/,
    reason: '`source` may hold a slash: clients of the API put one in.',
  },
]

/** The deviation that a difference falls under, if it is a meant one. */
export function findDeviation({
  operationId,
  where,
}: Pick<Difference, 'operationId' | 'where'>): Deviation | undefined {
  return DEVIATIONS.find(
    (deviation) =>
      (deviation.operations === undefined || deviation.operations.includes(operationId)) && deviation.where.test(where),
  )
}
