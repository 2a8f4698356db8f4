/** Every SQL text a server sent, and which of them are bound to one store. */

/** A statement that is meant to look into all stores, and why it may. */
export interface Exception {
  readonly pattern: RegExp
  readonly why: string
}

const REFERENCE = /\b(?:from|join|update|into)\s+"?([a-z_]+)"?/gi
const BINDING = /"?store_id"?\s*=\s*\$\d+/gi
const INSERT = /^insert into "?([a-z_]+)"?\s*\(([^)]*)\)/i

/** Whether a statement on tenants' tables names one store for each of them. */
export function isBoundToStore(sql: string, tenantTables: ReadonlySet<string>): boolean {
  const references = [...sql.matchAll(REFERENCE)].filter(([, table = '']) => tenantTables.has(table))
  if (references.length === 0) return true
  const insert = INSERT.exec(sql)
  if (insert !== null) return references.length === 1 && /"?store_id"?/.test(insert[2] ?? '')
  return [...sql.matchAll(BINDING)].length >= references.length
}

/** Statements that are bound to no store and have no reason for it; and exceptions that nothing needs. */
export function findUnbound(
  statements: readonly string[],
  tenantTables: ReadonlySet<string>,
  exceptions: readonly Exception[],
): { unbound: string[]; unused: string[] } {
  const suspicious = statements.filter((sql) => !isBoundToStore(sql, tenantTables))
  return {
    unbound: suspicious.filter((sql) => !exceptions.some(({ pattern }) => pattern.test(sql))),
    unused: exceptions.filter(({ pattern }) => !suspicious.some((sql) => pattern.test(sql))).map(({ why }) => why),
  }
}
