import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import SqliteDatabase from 'better-sqlite3'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { SqliteThread } from '../../src/storage/sqlite-thread.js'
import type { WriteTurn } from '../../src/storage/sqlite-write-group.js'
import type { Lane } from '../../src/storage/sqlite-write-lanes.js'
import { SqliteWriteQueue } from '../../src/storage/sqlite-write-queue.js'
import { newDataDir } from '../support/database.js'
import { defer } from '../support/deferred.js'

let folder: string
let thread: SqliteThread
let queue: SqliteWriteQueue
let commits: number
let clock: number

beforeAll(async () => {
  folder = await newDataDir()
  thread = new SqliteThread(join(folder, 'test.db'))
  await run('create table item (name text primary key not null)')
  await run('create table child (parent text references item deferrable initially deferred)')
  await run('pragma foreign_keys = on')
})
beforeEach(async () => {
  await run('delete from item')
  commits = 0
  clock = 0
  queue = new SqliteWriteQueue(
    thread,
    () => clock,
    () => {
      commits += 1
    },
  )
})
afterAll(async () => {
  await thread.close()
  await rm(folder, { recursive: true, force: true })
})

const run = (sql: string) => thread.run([{ sql, parameters: [] }])
const insert = (turn: WriteTurn, name: string) =>
  turn.run([{ sql: 'insert into item (name) values (?)', parameters: [name] }])

async function write(lane: Lane, name: string, work?: () => Promise<unknown>): Promise<void> {
  const turn = await queue.acquire({ lane })
  try {
    await insert(turn, name)
    await work?.()
  } catch (error) {
    await turn.rollback()
    throw error
  }
  await turn.commit()
}

/** What another connection finds in the file: what is committed. */
function stored(): string[] {
  const reader = new SqliteDatabase(join(folder, 'test.db'), { readonly: true })
  const rows = reader.prepare('select name from item order by name').all() as { name: string }[]
  reader.close()
  return rows.map(({ name }) => name)
}

const many = (count: number, lane: Lane) => Array.from({ length: count }, (_, index) => write(lane, `${lane}-${index}`))

describe('group commit', () => {
  it('syncs concurrent transactions together, those that come alone at once', async () => {
    await write('foreground', 'alone')
    expect(commits).toBe(1)
    await Promise.all(many(20, 'foreground'))
    expect(commits).toBe(2)
    expect(stored()).toHaveLength(21)
  })

  it('tells what waits in each lane and since when, and how many shared a commit', async () => {
    const turn = await queue.acquire({ lane: 'foreground' })
    const waiting = [write('foreground', 'a'), write('foreground', 'b'), write('background', 'c')]
    expect(queue.waiting()).toMatchObject([
      { queue: 'foreground', length: 2 },
      { queue: 'background', length: 1 },
    ])
    for (const { oldestMs } of queue.waiting()) expect(oldestMs).toBeGreaterThanOrEqual(0)
    await insert(turn, 'first')
    await turn.commit()
    await Promise.all(waiting)
    expect(queue.waiting()).toEqual([
      { queue: 'foreground', length: 0, oldestMs: 0 },
      { queue: 'background', length: 0, oldestMs: 0 },
    ])
    expect(queue.commits.count).toBe(commits)
    expect(queue.commitSizes.sum).toBe(4)
  })

  it('syncs after 64 transactions, however many wait', async () => {
    await Promise.all(many(200, 'foreground'))
    expect(commits).toBe(Math.ceil(200 / 64))
    expect(stored()).toHaveLength(200)
  })

  it('syncs a group that grows old, so that its first does not wait for ever', async () => {
    const age = async () => {
      clock += 3
    }
    await Promise.all(Array.from({ length: 6 }, (_, index) => write('foreground', `slow-${index}`, age)))
    expect(commits).toBeGreaterThan(1)
  })

  it('acknowledges nothing before the sync of its group', async () => {
    const held = defer()
    let acknowledged = false
    const first = write('foreground', 'first').then(() => {
      acknowledged = true
    })
    const second = write('foreground', 'second', () => held.promise)
    await run('select 1')
    await run('select 1')
    expect({ acknowledged, commits, stored: stored() }).toEqual({ acknowledged: false, commits: 0, stored: [] })
    held.resolve()
    await Promise.all([first, second])
    expect(stored()).toEqual(['first', 'second'])
  })

  it('undoes alone the one whose deferred statement fails, wherever it stands in its group', async () => {
    const defer = async (...names: string[]) => {
      const turn = await queue.acquire({ lane: 'foreground' })
      turn.defer(names.map((name) => ({ sql: 'insert into item (name) values (?)', parameters: [name] })))
      await turn.commit()
    }
    for (const order of [['bad', 'good'], ['good', 'bad'], ['good', 'bad', 'good'], ['bad', 'bad'], ['bad']]) {
      await run('delete from item')
      const results = await Promise.allSettled(
        order.map((kind, at) => (kind === 'good' ? defer(`${at}-a`, `${at}-b`) : defer(`${at}-x`, `${at}-x`))),
      )
      expect(results.map(({ status }) => (status === 'fulfilled' ? 'good' : 'bad'))).toEqual(order)
      expect(stored()).toEqual(order.flatMap((kind, at) => (kind === 'good' ? [`${at}-a`, `${at}-b`] : [])))
    }
  })

  it('runs what was deferred before what comes next, and nothing of it after a rollback', async () => {
    const turn = await queue.acquire({ lane: 'foreground' })
    turn.defer([{ sql: "insert into item (name) values ('first')", parameters: [] }])
    const [result] = await turn.run([{ sql: 'select name from item', parameters: [] }])
    expect(result?.rows).toEqual([{ name: 'first' }])
    turn.defer([{ sql: "insert into item (name) values ('second')", parameters: [] }])
    await turn.rollback()
    expect(stored()).toEqual([])
    await write('foreground', 'third')
    expect(stored()).toEqual(['third'])
  })

  it('undoes the one that fails and keeps the others of its group', async () => {
    const fails = async () => {
      throw new Error('changed its mind')
    }
    const results = await Promise.allSettled([
      write('foreground', 'a'),
      write('foreground', 'b', fails),
      write('foreground', 'c'),
      write('foreground', 'a'),
      write('foreground', 'd'),
    ])
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'rejected', 'fulfilled'])
    expect(stored()).toEqual(['a', 'c', 'd'])
    expect(commits).toBe(1)
  })

  it('fails the whole group, and acknowledges none of it, when the database rolls back', async () => {
    const turn = await queue.acquire({ lane: 'foreground' })
    await insert(turn, 'lost')
    const other = write('foreground', 'also lost', () => run("insert or rollback into item (name) values ('lost')"))
    const results = await Promise.allSettled([turn.commit(), other])
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    expect(stored()).toEqual([])
    await write('foreground', 'afterwards')
    expect(stored()).toEqual(['afterwards'])
  })
})

describe('while a group is being committed', () => {
  it('the next one begins, and knows that what it reads first is not the committed state', async () => {
    const first = await queue.acquire({ lane: 'foreground' })
    expect(first.isFresh()).toBe(true)
    await insert(first, 'first')
    const order: string[] = []
    const committed = first.commit().then(() => order.push('committed'))
    const second = await queue.acquire({ lane: 'foreground' })
    order.push('begun')
    expect({ fresh: second.isFresh(), stored: stored() }).toEqual({ fresh: false, stored: expect.any(Array) })
    await insert(second, 'second')
    await committed
    expect(order).toEqual(['begun', 'committed'])
    await second.commit()
    expect(stored()).toEqual(['first', 'second'])
    const third = await queue.acquire({ lane: 'foreground' })
    expect(third.isFresh()).toBe(true)
    await third.rollback()
  })

  it('a patient one waits for that, and shares no commit', async () => {
    const patient = async (name: string) => {
      const turn = await queue.acquire({ lane: 'foreground', patient: true })
      await insert(turn, name)
      await turn.commit()
    }
    await Promise.all([write('foreground', 'a'), patient('b'), patient('c')])
    expect(commits).toBe(3)
    // Unless somebody who is not patient waits too.
    await Promise.all([patient('d'), patient('e'), write('foreground', 'f')])
    expect(commits).toBe(4)
    expect(stored()).toEqual(['a', 'b', 'c', 'd', 'e', 'f'])
  })

  it('nothing that was sent meanwhile is applied when the COMMIT fails, and the one after goes on', async () => {
    const first = await queue.acquire({ lane: 'foreground' })
    await first.run([{ sql: 'pragma defer_foreign_keys = on', parameters: [] }])
    await first.run([{ sql: "insert into child (parent) values ('nobody')", parameters: [] }])
    await insert(first, 'lost')
    const failed = first.commit()
    failed.catch(() => undefined)
    const second = await queue.acquire({ lane: 'foreground' })
    second.defer([{ sql: "insert into item (name) values ('also lost')", parameters: [] }])
    const refused = second.commit()
    const results = await Promise.allSettled([failed, refused])
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    expect(stored()).toEqual([])
    await write('foreground', 'afterwards')
    expect(stored()).toEqual(['afterwards'])
  })

  it('work that needs the database alone waits until it has ended', async () => {
    const turn = await queue.acquire({ lane: 'foreground' })
    await insert(turn, 'a')
    const before = commits
    const committed = turn.commit()
    await queue.runAlone(async () => {
      expect({ commits, stored: stored() }).toEqual({ commits: before + 1, stored: ['a'] })
    })
    await committed
  })
})

it('background work shares no commit with requests', async () => {
  await Promise.all([...many(3, 'background'), ...many(3, 'foreground')])
  expect(commits).toBe(4)
})

describe('hold', () => {
  it('keeps new groups back until the work is done, also when it fails', async () => {
    const work = defer()
    const held = queue.hold(() => work.promise)
    const waiting = write('foreground', 'waiting')
    await run('select 1')
    expect(stored()).toEqual([])
    work.reject(new Error('disk full'))
    await expect(held).rejects.toThrow('disk full')
    await waiting
    expect(stored()).toEqual(['waiting'])
  })
})
