import Type, { type Static } from 'typebox'
import { StoreParams, StringEnum } from './common.js'
import { acceptedAnswer, CONTROL_PLANE_REFUSALS, defineOperation, ETAG_HEADER, IfMatch } from './operation.js'

export const NORMALIZATIONS = ['phone', 'email', 'trim', 'none'] as const
/** How a value of an identifier type is brought into the form that is stored and compared. */
export type Normalization = (typeof NORMALIZATIONS)[number]

const IdentifierConfigInput = Type.Object(
  {
    idType: Type.String({ minLength: 2, maxLength: 30, description: 'Name of the identifier type', example: 'email' }),
    matchingAlgo: Type.Optional(
      StringEnum(['exact', 'fuzzy'], { default: 'exact', description: 'fuzzy finds similar values, in Lookup only' }),
    ),
    matchingThreshold: Type.Optional(
      Type.Integer({ minimum: 50, maximum: 99, default: 75, description: 'Least similarity of fuzzy, in percent' }),
    ),
    limit: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 100, default: 100, description: 'Values a profile keeps' }),
    ),
    limitPolicy: Type.Optional(
      StringEnum(['fifo', 'lifo'], { default: 'fifo', description: 'Beyond the limit the oldest or the newest goes' }),
    ),
    enforceUnique: Type.Optional(
      Type.Boolean({ default: true, description: 'Whether a value belongs to one profile only' }),
    ),
    normalization: Type.Optional(StringEnum(NORMALIZATIONS, { default: 'trim' })),
  },
  { additionalProperties: false },
)

/** Settings of one identifier type, defaults filled in. */
export interface IdentifierConfig {
  idType: string
  matchingAlgo: 'exact' | 'fuzzy'
  matchingThreshold: number
  limit: number
  limitPolicy: 'fifo' | 'lifo'
  enforceUnique: boolean
  normalization: Normalization
}

/** Settings of identity resolution. */
export interface IdentitySettings {
  identifierConfigs: IdentifierConfig[]
  matchingRules: string[]
}

const MAX_TYPES = 15
const identifierConfigs = Type.Array(IdentifierConfigInput, {
  minItems: 1,
  maxItems: MAX_TYPES,
  description: 'The identifier types',
})
const matchingRules = Type.Array(Type.String({ maxLength: 30, description: 'An identifier type' }), {
  minItems: 1,
  maxItems: MAX_TYPES,
  description: 'Types that join profiles, in order; one that matches is enough',
})

export const IdentitySettingsInput = Type.Object({ identifierConfigs, matchingRules })
export type IdentitySettingsInput = Static<typeof IdentitySettingsInput>

export const IdentitySettingsAnswer = Type.Object({
  identifierConfigs,
  matchingRules,
  version: Type.Integer({ minimum: 1, description: 'Grows with each change' }),
})
export type IdentitySettingsAnswer = Static<typeof IdentitySettingsAnswer>

const URL = '/v1/ControlPlane/Stores/:storeId/IdentityResolutionSettings'

export const fetchIdentitySettings = defineOperation({
  method: 'GET',
  url: URL,
  operationId: 'FetchIdentityResolutionSettings',
  scope: 'read',
  summary: 'How profiles are found and merged',
  tag: 'IdentityResolutionSettings',
  params: StoreParams,
  answers: { 200: { description: 'The settings', schema: IdentitySettingsAnswer, headers: ETAG_HEADER } },
  refusals: CONTROL_PLANE_REFUSALS,
})

export const replaceIdentitySettings = defineOperation({
  method: 'PUT',
  url: URL,
  operationId: 'UpdateIdentityResolutionSettings',
  scope: 'admin',
  summary: 'Replace how profiles are found and merged',
  tag: 'IdentityResolutionSettings',
  params: StoreParams,
  headers: IfMatch,
  body: IdentitySettingsInput,
  answers: acceptedAnswer('The settings are replaced'),
  refusals: [...CONTROL_PLANE_REFUSALS, 412],
})
