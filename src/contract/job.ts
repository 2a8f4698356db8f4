import Type, { type Static } from 'typebox'
import { ListMeta, Message, OrderBy, PageSize, PageToken, StoreId, StringEnum, Timestamp } from './common.js'
import { ID_PATTERNS } from './ids.js'
import { DATA_PLANE_REFUSALS, defineOperation } from './operation.js'

const JobId = Type.String({ pattern: ID_PATTERNS.job, description: 'Id of a job' })

export const JOB_STATUSES = ['QUEUED', 'RUNNING', 'FAILED'] as const

export const Job = Type.Object({
  id: JobId,
  storeId: StoreId,
  kind: Type.String({ description: 'bulk, import, reidentify, remove-traits, delete-store or reencode' }),
  status: StringEnum(JOB_STATUSES),
  attempts: Type.Integer({ description: 'How often it was begun' }),
  lastError: Type.Optional(Type.String({ description: 'Why the last attempt failed' })),
  createdAt: Timestamp,
  runAt: Type.Optional(Timestamp),
})
export type Job = Static<typeof Job>

export const listJobs = defineOperation({
  method: 'GET',
  url: '/recollect/v1/Jobs',
  operationId: 'ListJobs',
  scope: 'read',
  showsOwnStores: true,
  summary: 'Background jobs of the account that wait, run or were set aside, newest first',
  tag: 'Recollect',
  query: Type.Object({ pageSize: PageSize(100), pageToken: PageToken, orderBy: OrderBy }),
  answers: {
    200: {
      description: 'A page of jobs',
      schema: Type.Object({ jobs: Type.Array(Job, { maxItems: 100 }), meta: ListMeta }),
    },
  },
  refusals: [400, 401, 429, 500, 503],
})

export const retryJob = defineOperation({
  method: 'POST',
  url: '/recollect/v1/Jobs/:jobId/Retry',
  operationId: 'RetryJob',
  scope: 'admin',
  summary: 'Run a job at once that waits for its next attempt or was set aside',
  tag: 'Recollect',
  params: Type.Object({ jobId: JobId }),
  answers: { 202: { description: 'The job is due', schema: Message } },
  refusals: [...DATA_PLANE_REFUSALS, 409],
})
