import type { Context } from '../context.js'
import { encodeQueued, warmUpEncoder } from '../domain/recall/encode.js'
import { type Encoder, EncoderUnavailableError } from '../embedding/encoder.js'
import { type Loop, startLoop } from './loop.js'

/** How often the queue is looked at unasked: for other nodes' texts, and for an encoder that is back. */
const IDLE_MS = 2000

/** Encodes what waits in the queue until it is stopped. */
export function startEncoding(ctx: Context, encoder: Encoder): Loop {
  let warm = false
  return startLoop(ctx.encodingSignal, IDLE_MS, async () => {
    try {
      if (!warm) await warmUpEncoder(ctx, encoder)
      warm = true
      return (await encodeQueued(ctx, encoder)) > 0
    } catch (error) {
      // The process ends: what was under way is encoded after the next start.
      if (error instanceof EncoderUnavailableError && error.reason === 'closed') return false
      ctx.log.warn({ err: error }, 'texts could not be encoded; they wait and are ranked by their words')
      return false
    }
  })
}
