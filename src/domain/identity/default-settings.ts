import type {
  IdentifierConfig,
  IdentitySettings,
  IdentitySettingsInput,
  Normalization,
} from '../../contract/identity.js'

const DEFAULTS: Omit<IdentifierConfig, 'idType'> = {
  matchingAlgo: 'exact',
  matchingThreshold: 75,
  limit: 100,
  limitPolicy: 'fifo',
  enforceUnique: true,
  normalization: 'trim',
}

/** A configuration with the document's defaults where the client left something out. */
export function withDefaults({
  idType,
  ...given
}: IdentitySettingsInput['identifierConfigs'][number]): IdentifierConfig {
  return { idType, ...DEFAULTS, ...given }
}

const DEFAULT_TYPES: readonly (readonly [string, Normalization])[] = [
  ['email', 'email'],
  ['phone', 'phone'],
  ['whatsapp', 'trim'],
  ['chat', 'trim'],
]

/** The identifier types a new store has; they cannot be dropped. */
export const DEFAULT_IDENTITY_SETTINGS: IdentitySettings = {
  identifierConfigs: DEFAULT_TYPES.map(([idType, normalization]) => withDefaults({ idType, normalization })),
  matchingRules: DEFAULT_TYPES.map(([idType]) => idType),
}
