import type { SettingsReader } from './settings-reader.js'

export interface AccountSetting {
  readonly sid: string
  readonly token: string
}

/** Accounts the environment names. */
export function readAccounts(settings: SettingsReader): AccountSetting[] {
  const text = settings.optional(
    'RECOLLECT_ACCOUNTS',
    'Accounts made (or given a new token) at start: `AC…:token,AC…:token`.',
  )
  if (text === undefined) return []
  return text.split(',').flatMap((entry, index) => {
    const match = /^(AC[0-9a-fA-F]{32}):(\S{1,128})$/.exec(entry.trim())
    if (match?.[1] && match[2]) return [{ sid: match[1], token: match[2] }]
    settings.problems.push(
      `RECOLLECT_ACCOUNTS, entry ${index + 1}: give AC + 32 hexadecimal digits, a colon, and a token`,
    )
    return []
  })
}
