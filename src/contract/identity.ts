/** How a value of an identifier type is brought into the form that is stored and compared. */
export type Normalization = 'phone' | 'email' | 'trim' | 'none'

/** Settings of one identifier type (schema IdentifierConfig of the document, defaults filled in). */
export interface IdentifierConfig {
  idType: string
  matchingAlgo: 'exact' | 'fuzzy'
  matchingThreshold: number
  limit: number
  limitPolicy: 'fifo' | 'lifo'
  enforceUnique: boolean
  normalization: Normalization
}

/** Settings of identity resolution (schema IdentityResolutionSettingsCore). */
export interface IdentitySettings {
  identifierConfigs: IdentifierConfig[]
  matchingRules: string[]
}
