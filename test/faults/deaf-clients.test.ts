import { expect, it } from 'vitest'
import { createApi, createStore, eventually } from '../support/api.js'
import { createProfile } from '../support/profile.js'
import { connectRaw, requestHead, statusesOf } from './raw.js'
import { countOpenFiles, createRestartable } from './restart.js'

const CLIENTS = 10
const PIPELINED = 200
/** Twice the time that an idle connection may live: what the system still takes counts as a sign of life. */
const CUT_OFF_MS = 180_000

it('clients that never read their answers are cut off and keep nobody else waiting', async () => {
  const server = await (await createRestartable()).start()
  const api = createApi(server)
  const store = await createStore(api)
  const before = await countOpenFiles(server)
  const deaf = await Promise.all(Array.from({ length: CLIENTS }, () => connectRaw(server)))
  for (const { socket, send } of deaf) {
    socket.pause()
    send(requestHead(server, 'GET /openapi.json').repeat(PIPELINED))
  }
  let count = 0
  await eventually(
    async () => {
      count += 1
      await createProfile(api, store, { Contact: { email: `meanwhile-${count}@example.com` } })
      return countOpenFiles(server)
    },
    (open) => open <= before,
    CUT_OFF_MS,
  )
  // They were cut off in the middle, not served to the end.
  for (const { socket } of deaf) socket.resume()
  await Promise.all(deaf.map(({ closed }) => closed))
  for (const { received } of deaf) expect(statusesOf(received()).length).toBeLessThan(PIPELINED)
})
