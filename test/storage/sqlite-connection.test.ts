import SqliteDatabase from 'better-sqlite3'
import type { CompiledQuery } from 'kysely'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createStatementCache, runStatement } from '../../src/storage/sqlite-connection.js'
import { createExecutor } from '../../src/storage/sqlite-executor.js'

let db: SqliteDatabase.Database

beforeEach(() => {
  db = new SqliteDatabase(':memory:')
  db.exec("create table item (id integer, name text, data blob); insert into item values (1, 'one', x'00ff')")
  db.exec('insert into item values (2, null, null)')
})
afterEach(() => {
  db.close()
})

const run = (sql: string, parameters: readonly unknown[] = []) =>
  runStatement(createStatementCache(db), { sql, parameters })

describe('rows', () => {
  it('are objects, by the names of what is selected', () => {
    expect(run('select name, id as number, data from item where id = ?', [1]).rows).toEqual([
      { name: 'one', number: 1, data: Buffer.from([0, 255]) },
    ])
  })

  it('are objects also where one column is selected, whatever it holds', () => {
    expect(run('select name from item order by id').rows).toEqual([{ name: 'one' }, { name: null }])
    expect(run('select count(*) as items from item').rows).toEqual([{ items: 2 }])
  })

  it('come of a statement that changes and returns', () => {
    expect(run("update item set name = 'two' where id = 2 returning id, name").rows).toEqual([{ id: 2, name: 'two' }])
  })

  it('are none of a statement that only changes, which says how many it changed', () => {
    expect(run('delete from item')).toEqual({ rows: [], changes: 2 })
  })
})

describe('a limit', () => {
  const executor = createExecutor(({ sql, parameters }: CompiledQuery) => run(sql, parameters).rows)

  it('does what it says', async () => {
    const page = executor
      .selectFrom('item' as 'job')
      .select('id')
      .orderBy('id', 'desc')
    expect(await page.limit(1).execute()).toEqual([{ id: 2 }])
    expect(await page.limit(0).execute()).toEqual([])
  })

  it('is no bare marker, whose every value would make SQLite prepare the statement anew', () => {
    expect(executor.selectFrom('job').select('id').limit(5).compile().sql).toMatch(/ limit \? \+ 0$/)
  })
})
