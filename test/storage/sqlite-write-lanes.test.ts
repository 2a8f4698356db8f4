import { beforeEach, describe, expect, it } from 'vitest'
import { type Waiting, WriteLanes } from '../../src/storage/sqlite-write-lanes.js'

let lanes: WriteLanes
beforeEach(() => {
  lanes = new WriteLanes()
})

/** Lets all of them wait behind one that has the turn, and tells who had it when. */
async function orderOf(waiting: readonly Waiting[]): Promise<number[]> {
  const order: number[] = []
  await lanes.take({ lane: 'foreground', owner: ['A'] })
  const all = waiting.map(async (one, index) => {
    await lanes.take(one)
    order.push(index)
    lanes.pass()
  })
  lanes.pass()
  await Promise.all(all)
  return order
}

const foreground = (count: number): Waiting[] => Array.from({ length: count }, () => ({ lane: 'foreground' }))
const background = (count: number): Waiting[] => Array.from({ length: count }, () => ({ lane: 'background' }))

describe('the turn', () => {
  it('is free again when nobody waits', async () => {
    for (let time = 0; time < 3; time += 1) {
      await lanes.take({ lane: 'background' })
      lanes.pass()
    }
    expect(await orderOf([])).toEqual([])
  })

  it('goes from tenant to tenant, however many transactions of one wait', async () => {
    const owners = [...'AAAAABCB']
    const order = await orderOf(owners.map((owner) => ({ lane: 'foreground', owner: [owner] })))
    expect(order.map((index) => owners[index]).join('')).toBe('ABCABAAA')
  })

  it('goes to requests before the background, which eight of them may overtake', async () => {
    expect((await orderOf([...background(1), ...foreground(40)])).indexOf(0)).toBe(8)
  })

  it('comes to the background again and again while requests never stop', async () => {
    const order = await orderOf([...background(3), ...foreground(60)])
    expect([0, 1, 2].map((index) => order.indexOf(index))).toEqual([8, 17, 26])
  })
})

describe('a commit is worth sharing', () => {
  const wantsToShare = async (...waiting: Waiting[]) => {
    await lanes.take({ lane: 'foreground' })
    for (const one of waiting) void lanes.take(one)
    return lanes.wantsToShare()
  }

  it('with a request that waits', async () => {
    expect(await wantsToShare({ lane: 'foreground' })).toBe(true)
  })

  it('not when nobody waits', async () => {
    expect(await wantsToShare()).toBe(false)
  })

  it('not with the background', async () => {
    expect(await wantsToShare({ lane: 'background' })).toBe(false)
  })

  it('not with those that would rather begin when it is under way', async () => {
    expect(await wantsToShare({ lane: 'foreground', patient: true })).toBe(false)
  })

  it('not when it is the turn of the background', async () => {
    await lanes.take({ lane: 'foreground' })
    void lanes.take({ lane: 'background' })
    for (const one of foreground(9)) void lanes.take(one)
    const shared = []
    for (let turn = 0; turn < 9; turn += 1) {
      shared.push(lanes.wantsToShare())
      lanes.pass()
      await Promise.resolve()
    }
    expect(shared).toEqual([...new Array(8).fill(true), false])
  })
})
