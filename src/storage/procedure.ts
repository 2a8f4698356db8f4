import type { Executor } from './tables.js'

/**
 * Work of a transaction with all that it needs and all that it tells as plain data, so that an engine may run it where
 * the data is instead of sending statements and rows to and fro.
 */
export interface Procedure<Input, Output> {
  readonly name: string
  /** Runs in a transaction; what it throws undoes it. */
  readonly run: (trx: Executor, input: Input) => Promise<Output>
}

/** A procedure whose input comes from another thread: only its name says what it takes. */
export type AnyProcedure = Procedure<never, unknown>
