import type { Config } from '../config.js'
import type { Encoder } from './encoder.js'
import { OpenAiEncoder } from './openai.js'
import { ThreadEncoder } from './thread.js'

/** The encoder of the settings; nothing when recall is to be lexical. */
export function createEncoder({ encoder }: Pick<Config, 'encoder'>): Encoder | undefined {
  switch (encoder.kind) {
    case 'none':
      return undefined
    case 'openai':
      return new OpenAiEncoder({
        baseUrl: encoder.url,
        model: encoder.model,
        apiKey: encoder.apiKey,
        timeoutMs: encoder.timeoutMs,
      })
    case 'builtin':
      return new ThreadEncoder()
  }
}
