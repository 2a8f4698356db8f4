/** A page of a list that is ordered by one or more keys: what to select, beyond a cursor, in which order. */
export interface PageRequest<Cursor = string> {
  readonly limit: number
  readonly order: 'asc' | 'desc'
  /** Items beyond this one, in the order given. */
  readonly after?: Cursor | undefined
}
