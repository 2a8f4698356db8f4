import type { SettingsReader } from './settings-reader.js'

const MIN_ENCODER_TIMEOUT_MS = 100

/** What makes vectors of texts. */
export function readEncoder(settings: SettingsReader) {
  const kind = settings.choice(
    'RECOLLECT_ENCODER',
    ['builtin', 'openai', 'none'],
    'builtin',
    'What makes vectors of texts: the built-in English encoder, an endpoint like OpenAI’s, or nothing (lexical recall).',
  )
  const url = settings.optional('RECOLLECT_ENCODER_URL', 'Base URL of the endpoint; `/v1/embeddings` is added.')
  const model = settings.optional('RECOLLECT_ENCODER_MODEL', 'Model of the endpoint.')
  const apiKey = settings.optional('RECOLLECT_ENCODER_KEY', 'API key of the endpoint, if it wants one.')
  const timeoutMs = settings.integer(
    'RECOLLECT_ENCODER_TIMEOUT_MS',
    10_000,
    MIN_ENCODER_TIMEOUT_MS,
    600_000,
    'Time-out of a request to the endpoint, in milliseconds.',
  )
  if (kind === 'openai' && (url === undefined || !/^https?:\/\//.test(url) || !URL.canParse(url))) {
    settings.problems.push('RECOLLECT_ENCODER is openai: give RECOLLECT_ENCODER_URL, an http or https address')
  }
  if (kind === 'openai' && model === undefined) {
    settings.problems.push('RECOLLECT_ENCODER is openai: give RECOLLECT_ENCODER_MODEL')
  }
  return { kind, url: url ?? '', model: model ?? '', apiKey, timeoutMs }
}
