import { expect, it } from 'vitest'
import type { ImportStatus } from '../../../src/contract/import.js'
import { eraseOldReports } from '../../../src/domain/imports/reports.js'
import { insertImport, insertImportIssues } from '../../../src/storage/import.js'
import { runAll } from '../../../src/storage/statement.js'
import { openContextAt } from '../../support/clock-context.js'
import { openTestStore } from '../../support/context.js'
import { temporaryFolder } from '../../support/folder.js'

const DAY_MS = 24 * 60 * 60 * 1000
const START = Date.parse('2026-01-01T00:00:00Z')

it('erases reports a month after their import ended, and leaves the imports', async () => {
  let time = START
  const ctx = await openContextAt(await temporaryFolder(), () => time)
  const scope = await openTestStore(ctx)
  const add = (status: ImportStatus, issues: number) =>
    ctx.db.transaction(async (trx) => {
      const id = ctx.newId('mem_import')
      const counts = { errors: issues, warnings: 0, rowsDone: issues, bytesDone: 0, fileSize: 1 }
      const times = { uploadedAt: time, createdAt: time, updatedAt: time }
      const row = {
        id,
        filename: 'people.csv',
        columnMappings: [],
        status,
        failure: undefined,
        actor: 'AC1',
        ...counts,
        ...times,
      }
      await insertImport(trx, scope, row)
      const all = Array.from({ length: issues }, (_, index) => ({
        rowNumber: index + 1,
        kind: 'error' as const,
        columnName: '',
        reason: 'no cell identifies anybody',
      }))
      await runAll(trx, insertImportIssues(scope, id, all, 0))
      return id
    })
  const reports = async () => {
    const rows = await ctx.db.read.selectFrom('import_issue').select('import_id').distinct().execute()
    return rows.map((row) => row.import_id).sort()
  }

  const completed = await add('COMPLETED', 2500)
  const failed = await add('FAILED', 1)
  const running = await add('PROCESSING', 1)
  time += 20 * DAY_MS
  const later = await add('COMPLETED', 1)
  await eraseOldReports(ctx)
  expect(await reports()).toEqual([completed, failed, running, later].sort())
  time += 10 * DAY_MS + 1
  await eraseOldReports(ctx)
  expect(await reports()).toEqual([running, later].sort())
  expect(await ctx.db.read.selectFrom('import').select('id').execute()).toHaveLength(4)
})
