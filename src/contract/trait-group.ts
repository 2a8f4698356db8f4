import Type, { type Static } from 'typebox'
import {
  CONTROL_PLANE_PAGE,
  ListMeta,
  MapOf,
  OrderBy,
  PageSize,
  PageToken,
  StoreId,
  StoreParams,
  StringEnum,
} from './common.js'
import { acceptedAnswer, CONTROL_PLANE_REFUSALS, defineOperation, ETAG_HEADER, IfMatch } from './operation.js'

export const DATA_TYPES = ['STRING', 'NUMBER', 'BOOLEAN', 'ARRAY'] as const
export type DataType = (typeof DATA_TYPES)[number]

const StringRule = Type.Object(
  {
    pattern: Type.Optional(Type.String({ maxLength: 1000, description: 'Regular expression in RE2 syntax' })),
    minLength: Type.Optional(Type.Integer({ minimum: 0 })),
    maxLength: Type.Optional(Type.Integer({ minimum: 1 })),
    ruleType: StringEnum(['STRING']),
  },
  { additionalProperties: false },
)
const NumberRule = Type.Object(
  { min: Type.Optional(Type.Number()), max: Type.Optional(Type.Number()), ruleType: StringEnum(['NUMBER']) },
  { additionalProperties: false },
)
const BooleanRule = Type.Object({ ruleType: StringEnum(['BOOLEAN']) }, { additionalProperties: false })
const ArrayRule = Type.Object(
  {
    minItems: Type.Optional(Type.Integer({ minimum: 0 })),
    maxItems: Type.Optional(Type.Integer({ minimum: 0 })),
    ruleType: StringEnum(['ARRAY']),
  },
  { additionalProperties: false },
)
export type StringRule = Static<typeof StringRule>
export type NumberRule = Static<typeof NumberRule>
export type BooleanRule = Static<typeof BooleanRule>
export type ArrayRule = Static<typeof ArrayRule>
export type ValidationRule = StringRule | NumberRule | BooleanRule | ArrayRule

export const TraitDefinition = Type.Object(
  {
    dataType: StringEnum([...DATA_TYPES, ''], { description: 'Type of the values; "" removes the trait on PATCH' }),
    description: Type.Optional(Type.String({ maxLength: 1024 })),
    validationRule: Type.Optional(
      Type.Unsafe<ValidationRule>({ oneOf: [StringRule, NumberRule, BooleanRule, ArrayRule] }),
    ),
    idTypePromotion: Type.Optional(
      Type.String({ maxLength: 30, description: 'Identifier type that the value is promoted to' }),
    ),
  },
  { additionalProperties: false },
)
export type TraitDefinition = Static<typeof TraitDefinition>

const displayName = Type.String({
  minLength: 1,
  maxLength: 64,
  pattern: '^[a-zA-Z0-9_\\-\\.]+$',
  description: 'Name, unique within the store',
  example: 'Contact',
})
const description = Type.Optional(Type.String({ maxLength: 1024, description: 'What the traits are about' }))
const traits = Type.Optional(MapOf(TraitDefinition, { maxProperties: 95, description: 'Definitions by trait name' }))

export const TraitGroupInput = Type.Object({ displayName, description, traits }, { additionalProperties: false })
export type TraitGroupInput = Static<typeof TraitGroupInput>

export const TraitGroup = Type.Object({
  displayName,
  description,
  traits,
  version: Type.Integer({ minimum: 1, description: 'Grows with each change' }),
})
export type TraitGroup = Static<typeof TraitGroup>

export const listTraitGroups = defineOperation({
  method: 'GET',
  url: '/v1/ControlPlane/Stores/:storeId/TraitGroups',
  operationId: 'ListTraitGroups',
  scope: 'read',
  summary: 'Trait groups of a store',
  tag: 'TraitGroup',
  params: StoreParams,
  query: Type.Object({
    includeTraits: Type.Optional(Type.Boolean({ default: false, description: 'Whether to add the definitions' })),
    pageSize: PageSize(CONTROL_PLANE_PAGE.maxSize),
    pageToken: PageToken,
    orderBy: OrderBy,
  }),
  answers: {
    200: {
      description: 'A page of trait groups',
      schema: Type.Object({ traitGroups: Type.Array(TraitGroup, { maxItems: 50 }), meta: ListMeta }),
    },
  },
  refusals: CONTROL_PLANE_REFUSALS,
})

export const createTraitGroup = defineOperation({
  method: 'POST',
  url: '/v1/ControlPlane/Stores/:storeId/TraitGroups',
  operationId: 'CreateTraitGroup',
  scope: 'admin',
  summary: 'Create a trait group',
  tag: 'TraitGroup',
  params: StoreParams,
  body: TraitGroupInput,
  bodyOptional: true,
  answers: acceptedAnswer('The trait group is made'),
  refusals: [...CONTROL_PLANE_REFUSALS, 409],
})

const TraitGroupParams = Type.Object({
  storeId: StoreId,
  traitGroupName: Type.String({ minLength: 1, maxLength: 64, description: 'Name of a trait group' }),
})
const ONE_URL = '/v1/ControlPlane/Stores/:storeId/TraitGroups/:traitGroupName'

export const fetchTraitGroup = defineOperation({
  method: 'GET',
  url: ONE_URL,
  operationId: 'FetchTraitGroup',
  scope: 'read',
  summary: 'One trait group',
  tag: 'TraitGroup',
  params: TraitGroupParams,
  query: Type.Object({
    includeTraits: Type.Optional(Type.Boolean({ default: true, description: 'Whether to add the definitions' })),
    pageSize: PageSize(CONTROL_PLANE_PAGE.maxSize),
    pageToken: PageToken,
    orderBy: OrderBy,
  }),
  answers: {
    200: {
      description: 'The trait group with all its definitions',
      schema: Type.Object({ traitGroup: TraitGroup, meta: ListMeta }),
      headers: ETAG_HEADER,
    },
  },
  refusals: CONTROL_PLANE_REFUSALS,
})

export const TraitGroupPatch = Type.Object({ description, traits }, { additionalProperties: false })
export type TraitGroupPatch = Static<typeof TraitGroupPatch>

export const patchTraitGroup = defineOperation({
  method: 'PATCH',
  url: ONE_URL,
  operationId: 'PatchTraitGroup',
  scope: 'admin',
  summary: 'Add, replace or remove definitions',
  tag: 'TraitGroup',
  params: TraitGroupParams,
  headers: IfMatch,
  body: TraitGroupPatch,
  bodyOptional: true,
  answers: acceptedAnswer('The trait group is changed'),
  refusals: [...CONTROL_PLANE_REFUSALS, 412],
})

export const deleteTraitGroup = defineOperation({
  method: 'DELETE',
  url: ONE_URL,
  operationId: 'DeleteTraitGroup',
  scope: 'admin',
  summary: 'Delete a trait group and its values',
  tag: 'TraitGroup',
  params: TraitGroupParams,
  answers: acceptedAnswer('The trait group is gone; its values are being removed'),
  refusals: [...CONTROL_PLANE_REFUSALS, 409],
})
