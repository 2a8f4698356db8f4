import type { LabelledDistributions } from '../metrics/distribution.js'
import { type Encoder, EncoderUnavailableError } from './encoder.js'

/** An encoder whose calls are counted with their seconds, by purpose and outcome: `done`, or why there are no vectors. */
export function observeEncoder(encoder: Encoder, calls: LabelledDistributions): Encoder {
  return {
    get model() {
      return encoder.model
    },
    get dimensions() {
      return encoder.dimensions
    },
    async encode(texts, purpose = 'document') {
      const start = performance.now()
      const count = (outcome: string) => calls.observe(purpose, outcome, (performance.now() - start) / 1000)
      try {
        const vectors = await encoder.encode(texts, purpose)
        count('done')
        return vectors
      } catch (error) {
        count(error instanceof EncoderUnavailableError ? error.reason : 'failed')
        throw error
      }
    },
    close: () => encoder.close(),
  }
}
