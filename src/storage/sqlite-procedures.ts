import type { AnyProcedure } from './procedure.js'
import { createWritingExecutor } from './sqlite-executor.js'
import type { CreateCall } from './sqlite-serve.js'

/** Runs procedures in the thread that has the connection: their reads find its pages in memory, and nothing travels. */
export function callProcedures(procedures: readonly AnyProcedure[]): CreateCall {
  const known = new Map(procedures.map((procedure) => [procedure.name, procedure]))
  return (prepare) => {
    const executor = createWritingExecutor(prepare)
    return async ({ procedure, input }) => {
      const found = known.get(procedure)
      if (found === undefined) throw new Error(`this thread knows no procedure ${procedure}`)
      return found.run(executor, input as never)
    }
  }
}
