import type { CompiledQuery } from 'kysely'
import type { PostgresConnection } from './postgres-connection.js'

/** More would let a long read hold up too many that came with it. */
const MAX_SHARED = 16

/** The reads that share a connection. */
interface Share {
  readonly connection: Promise<PostgresConnection>
  begun: number
  underWay: number
  isOpen: boolean
  isReleased: boolean
}

/**
 * Lets reads of one turn of the event loop share a connection of a pool and travel in one packet, without waiting for
 * each other's answers. One process of the database then wakes once for all of them, instead of one for each: for a
 * read by key, waking costs more than reading.
 */
export class SharedReads {
  #current: Share | undefined

  /**
   * @param connect takes a connection
   * @param release gives it back
   */
  constructor(
    private readonly connect: () => Promise<PostgresConnection>,
    private readonly release: (connection: PostgresConnection) => void,
  ) {}

  /** Runs a read by itself, in no transaction with the others. @throws StorageUnavailableError */
  async run(query: CompiledQuery): Promise<unknown[]> {
    const share = this.#join()
    try {
      const connection = await share.connection
      return (await connection.executeQuery(query)).rows
    } finally {
      share.underWay -= 1
      this.#endIfDone(share)
    }
  }

  #join(): Share {
    const share = this.#current ?? this.#begin()
    share.begun += 1
    share.underWay += 1
    if (share.begun === MAX_SHARED) this.#close(share)
    return share
  }

  #begin(): Share {
    const share: Share = { connection: this.connect(), begun: 0, underWay: 0, isOpen: true, isReleased: false }
    this.#current = share
    let send = () => {}
    share.connection.then(
      (connection) => {
        // One that had to be waited for comes after its turn.
        if (share.isOpen) send = connection.holdBack()
      },
      () => undefined,
    )
    setImmediate(() => {
      send()
      this.#close(share)
      this.#endIfDone(share)
    })
    return share
  }

  #close(share: Share): void {
    share.isOpen = false
    if (this.#current === share) this.#current = undefined
  }

  #endIfDone(share: Share): void {
    if (share.isOpen || share.isReleased || share.underWay > 0) return
    share.isReleased = true
    // Nobody is left who could be told of a connection that was not to be had: all of them were.
    share.connection.then(this.release, () => undefined)
  }
}
