import { setTimeout as sleep } from 'node:timers/promises'
import type { Config } from '../config.js'
import { tooManyRequests, unavailable } from '../errors.js'
import type { Principal } from './account.js'

export type AdmissionLimits = Pick<Config, 'rateLimit' | 'concurrentRequests' | 'waitingWrites'>

/** So long after its last request an account still counts as one that is there. */
const PRESENT_MS = 1000
/** Writes of one account that run at the same time while another account is there; its others wait. */
const SHARED_WRITES = 8

const MAX_REST_MS = 100

interface Tenant {
  /** Writes that run, and those that wait for one of them to end. */
  running: number
  readonly waiting: (() => void)[]
  requests: number
}

/** A bucket that fills evenly up to a second's worth. */
interface Bucket {
  tokens: number
  filledAt: number
}

/** Decides which requests of a node may begin, and when, so that no account takes it from the others. */
export class Admission {
  readonly #limits: AdmissionLimits
  readonly #now: () => number
  readonly #buckets = new Map<string, Bucket>()
  /** Accounts with requests or writes under way. */
  readonly #tenants = new Map<string, Tenant>()
  #writes = 0
  #latest = ''
  #latestAt = 0
  /** When any account but the latest one was there last. */
  #otherAt = 0

  /** @param now milliseconds since the epoch */
  constructor(limits: AdmissionLimits, now: () => number) {
    this.#limits = limits
    this.#now = now
  }

  /**
   * Notes a request before anything of it is done.
   *
   * @returns what to call when it has ended, if that matters
   * @throws ApiError 429 with the seconds to wait
   */
  begin({ accountSid, credential }: Pick<Principal, 'accountSid' | 'credential'>): (() => void) | undefined {
    const now = this.#now()
    if (accountSid !== this.#latest) {
      this.#otherAt = this.#latestAt
      this.#latest = accountSid
    }
    this.#latestAt = now
    const { rateLimit, concurrentRequests } = this.#limits
    if (rateLimit > 0) this.#takeToken(credential, rateLimit, now)
    return concurrentRequests > 0 ? this.#enter(accountSid, concurrentRequests) : undefined
  }

  /** Whether another account made a request a moment ago. */
  othersThan(accountSid: string): boolean {
    const at = accountSid === this.#latest ? this.#otherAt : this.#latestAt
    return at > 0 && this.#now() - at < PRESENT_MS
  }

  /** Between two pieces of a job: leaves half of the time to another account that is there. */
  async rest(accountSid: string, tookMs: number): Promise<void> {
    if (this.othersThan(accountSid)) await sleep(Math.min(tookMs, MAX_REST_MS))
  }

  /**
   * Runs a write: at once, unless another account is there and this one has enough of them running.
   *
   * @throws ApiError 503 when too many wait and this account has its share of them; what `work` throws
   */
  async write<T>(accountSid: string, work: () => Promise<T>): Promise<T> {
    const tenant = this.#tenantOf(accountSid)
    this.#refuseMore(tenant)
    this.#writes += 1
    try {
      if (tenant.running >= SHARED_WRITES && this.othersThan(accountSid)) {
        await new Promise<void>((start) => tenant.waiting.push(start))
      } else {
        tenant.running += 1
      }
      return await work()
    } finally {
      this.#writes -= 1
      this.#endWrite(accountSid, tenant)
    }
  }

  #endWrite(accountSid: string, tenant: Tenant): void {
    tenant.running -= 1
    const places = this.othersThan(accountSid) ? SHARED_WRITES : Number.POSITIVE_INFINITY
    while (tenant.running < places && tenant.waiting.length > 0) {
      tenant.running += 1
      tenant.waiting.shift()?.()
    }
    this.#forget(accountSid, tenant)
  }

  #refuseMore(tenant: Tenant): void {
    if (this.#writes < this.#limits.waitingWrites) return
    const share = this.#writes / this.#tenants.size
    if (tenant.running + tenant.waiting.length < share) return
    throw unavailable('Too many writes wait to be stored; nothing of this one was applied, try again after Retry-After')
  }

  #takeToken(credential: string, rateLimit: number, now: number): void {
    const bucket = this.#buckets.get(credential) ?? { tokens: rateLimit, filledAt: now }
    this.#buckets.set(credential, bucket)
    bucket.tokens = Math.min(rateLimit, bucket.tokens + ((now - bucket.filledAt) / 1000) * rateLimit)
    bucket.filledAt = now
    if (bucket.tokens < 1) {
      const seconds = Math.ceil((1 - bucket.tokens) / rateLimit)
      throw tooManyRequests(`${credential} may make ${rateLimit} requests a second (RECOLLECT_RATE_LIMIT)`, seconds)
    }
    bucket.tokens -= 1
  }

  #enter(accountSid: string, limit: number): () => void {
    const tenant = this.#tenantOf(accountSid)
    if (tenant.requests >= limit) {
      throw tooManyRequests(
        `The account may have ${limit} requests under way at the same time (RECOLLECT_MAX_CONCURRENT_REQUESTS)`,
        1,
      )
    }
    tenant.requests += 1
    return () => {
      tenant.requests -= 1
      this.#forget(accountSid, tenant)
    }
  }

  #tenantOf(accountSid: string): Tenant {
    const tenant = this.#tenants.get(accountSid) ?? { running: 0, waiting: [], requests: 0 }
    this.#tenants.set(accountSid, tenant)
    return tenant
  }

  #forget(accountSid: string, { running, waiting, requests }: Tenant): void {
    if (running === 0 && waiting.length === 0 && requests === 0) this.#tenants.delete(accountSid)
  }
}
