import type { Api } from '../../support/api.js'
import { createProfile } from '../../support/profile.js'
import { nextStep } from './steps.js'
import { compare, type Place, readView, type View } from './view.js'

/** A client that writes in every way there is, to a profile and a store's definitions that nobody else touches. */
export interface EveryWriteClient {
  /** Writes until the server is gone, or says that its database is. */
  writeUntilGone(api: Api): Promise<void>
  /** Compares what is there with what was acknowledged; the one write whose answer was lost may be there, as a whole. */
  check(api: Api): Promise<string[]>
  readonly acknowledged: () => number
}

/**
 * @param name differs from other clients'
 * @param withJobs also what makes jobs (bulk upserts, imports, deletion of trait groups), which on PostgreSQL wait up to a minute for a killed node's lease
 */
export async function createEveryWriteClient(
  api: Api,
  store: string,
  name: string,
  withJobs: boolean,
): Promise<EveryWriteClient> {
  const profile = await createProfile(api, store, { Contact: { whatsapp: name } })
  const place: Place = { store, name, profile, own: `/v1/Stores/${store}/Profiles/${profile}` }
  let known: View = {}
  let unanswered: View | undefined
  let count = 0
  let acknowledged = 0
  return {
    async writeUntilGone(current) {
      for (;;) {
        count += 1
        const step = nextStep(place, known, count)
        if (step === undefined || (step.isLater && !withJobs)) continue
        unanswered = step.after
        const answer = await step.send(current).catch(() => undefined)
        if (answer === undefined || (typeof answer !== 'string' && answer.status === 503)) return
        if (typeof answer !== 'string' && answer.status !== 202) throw new Error(JSON.stringify(answer.body))
        known = step.after
        unanswered = undefined
        acknowledged += 1
      }
    },
    async check(current) {
      const found = await readView(current, place)
      const asKnown = compare(known, found)
      const asWritten = unanswered === undefined ? asKnown : compare(unanswered, found)
      if (unanswered !== undefined && asWritten.length === 0) known = unanswered
      unanswered = undefined
      return asKnown.length === 0 || asWritten.length === 0 ? [] : [...asKnown, 'or with the last write:', ...asWritten]
    },
    acknowledged: () => acknowledged,
  }
}
