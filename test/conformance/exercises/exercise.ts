import type { World } from '../world.js'

/** A call of an operation and the status it must get. */
export interface Call {
  readonly params?: Readonly<Record<string, string>>
  readonly query?: Readonly<Record<string, string>>
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
  readonly status: number
}

export type MakeCall = (world: World) => Call | Promise<Call>

export interface Exercise {
  /** A call that succeeds and uses every optional part of the request. */
  readonly success: MakeCall
  /** Calls beyond those that are derived from the document: other successes, conflicts. */
  readonly others?: Readonly<Record<string, MakeCall>>
  /** Carries its own permission, so that nothing is derived from the document. */
  readonly signed?: true
}

/** A call in the store of the world. */
export const inStore =
  (call: (world: World) => Omit<Call, 'status'>, status: number): MakeCall =>
  (world) => {
    const { params, ...rest } = call(world)
    return { params: { storeId: world.store, ...params }, ...rest, status }
  }

/** A call on the profile of the world. */
export const onProfile =
  (status: number, call: (world: World) => Omit<Call, 'status'> | Promise<Omit<Call, 'status'>>): MakeCall =>
  async (world) => {
    const { params, ...rest } = await call(world)
    return { params: { storeId: world.store, profileId: world.profile, ...params }, ...rest, status }
  }

/** Every parameter of a list; small, so that there are several pages. */
export const PAGE = { pageSize: '3', orderBy: 'ASC' }
