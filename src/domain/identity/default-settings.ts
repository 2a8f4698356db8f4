import type { IdentifierConfig, IdentitySettings, Normalization } from '../../contract/identity.js'

const DEFAULT_LIMIT = 100
const DEFAULT_THRESHOLD = 75

const NORMALIZATIONS: readonly (readonly [string, Normalization])[] = [
  ['email', 'email'],
  ['phone', 'phone'],
  ['whatsapp', 'trim'],
  ['chat', 'trim'],
]

/** The identifier types a new store has; they cannot be dropped. */
export const DEFAULT_IDENTITY_SETTINGS: IdentitySettings = {
  identifierConfigs: NORMALIZATIONS.map(
    ([idType, normalization]): IdentifierConfig => ({
      idType,
      matchingAlgo: 'exact',
      matchingThreshold: DEFAULT_THRESHOLD,
      limit: DEFAULT_LIMIT,
      limitPolicy: 'fifo',
      enforceUnique: true,
      normalization,
    }),
  ),
  matchingRules: NORMALIZATIONS.map(([idType]) => idType),
}
