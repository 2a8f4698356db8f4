import Type, { type Static, type TSchema } from 'typebox'
import { ID_PATTERNS } from './ids.js'

/** A string with an enumerated set of values, as plain JSON Schema `enum`. */
export function StringEnum<const T extends readonly string[]>(values: T, options: object = {}) {
  return Type.Unsafe<T[number]>({ type: 'string', enum: [...values], ...options })
}

/** An object with free keys whose values all have one schema, as plain `additionalProperties`. */
export function MapOf<T extends TSchema>(value: T, options: object = {}) {
  return Type.Unsafe<Record<string, Static<T>>>({ type: 'object', additionalProperties: value, ...options })
}

/** An ISO 8601 time in UTC, in answers. */
export const Timestamp = Type.String({ format: 'date-time', maxLength: 30 })

export const StoreId = Type.String({
  pattern: ID_PATTERNS.store,
  description: 'Id of a memory store',
  example: 'mem_store_00000000000000000000000000',
})
export const ProfileId = Type.String({
  pattern: ID_PATTERNS.profile,
  description: 'Id of a profile',
  example: 'mem_profile_00000000000000000000000000',
})
export const ImportId = Type.String({
  pattern: ID_PATTERNS.import,
  description: 'Id of an import',
  example: 'mem_import_00000000000000000000000000',
})

export const ErrorBody = Type.Object(
  {
    code: Type.Integer({ minimum: 100, maximum: 999999, format: 'int32', description: 'Error code' }),
    message: Type.String({ maxLength: 1024, description: 'What is wrong and what to do' }),
    more_info: Type.String({ description: 'Page of the error code' }),
    status: Type.Integer({ minimum: 100, maximum: 599, format: 'int32', description: 'HTTP status' }),
  },
  { additionalProperties: false, description: 'A refusal' },
)

export const Moved = Type.Object(
  {
    message: Type.String({ maxLength: 255, default: 'This resource has moved.' }),
    uri: Type.String({ maxLength: 2048, description: 'Address of the canonical profile' }),
  },
  { additionalProperties: false, description: 'The profile was merged into another one' },
)

export const PageToken = Type.Optional(
  Type.String({ maxLength: 4096, description: 'nextToken or previousToken of another page' }),
)
export const OrderBy = Type.Optional(
  StringEnum(['ASC', 'DESC'], { default: 'DESC', description: 'Oldest first or newest first' }),
)
export const TraitGroupsFilter = Type.Optional(
  Type.String({ minLength: 1, maxLength: 256, description: 'Names of trait groups, separated by commas' }),
)

export const PROFILE_PAGE = { defaultSize: 50, maxSize: 1000 } as const
export const CONTROL_PLANE_PAGE = { defaultSize: 50, maxSize: 100 } as const

export function PageSize(maximum: number) {
  return Type.Optional(
    Type.Integer({ minimum: 1, maximum, default: 50, description: `Items of a page, at most ${maximum}` }),
  )
}

export const ListMeta = Type.Object(
  {
    key: Type.String({ maxLength: 64, description: 'Name of the array that holds the items' }),
    pageSize: Type.Integer({ description: 'Size of the page' }),
    nextToken: Type.Optional(Type.String({ maxLength: 4096 })),
    previousToken: Type.Optional(Type.String({ maxLength: 4096 })),
  },
  { additionalProperties: false },
)
export type ListMeta = Static<typeof ListMeta>

export const StoreParams = Type.Object({ storeId: StoreId })
export const ProfileParams = Type.Object({ storeId: StoreId, profileId: ProfileId })

export const Message = Type.Object(
  { message: Type.String({ minLength: 1, maxLength: 255 }) },
  { additionalProperties: false },
)
