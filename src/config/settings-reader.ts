export const KIBI = 1024
export const MEBI = 1024 * KIBI

export type Env = Readonly<Record<string, string | undefined>>

/** One row of the settings table in docs/operating.md. */
export interface SettingDescription {
  readonly name: string
  readonly fallback: string
  readonly description: string
}

/** Takes settings from an environment, keeps every problem for one report, and every description for the docs. */
export class SettingsReader {
  readonly problems: string[] = []
  readonly descriptions: SettingDescription[] = []

  constructor(private readonly env: Env) {}

  text(name: string, fallback: string, description: string): string {
    this.descriptions.push({ name, fallback, description })
    return this.env[name]?.trim() || fallback
  }

  optional(name: string, description: string): string | undefined {
    return this.text(name, '', description) || undefined
  }

  integer(name: string, fallback: number, min: number, max: number, description: string): number {
    const text = this.text(name, String(fallback), description)
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN
    if (value >= min && value <= max) return value
    this.problems.push(`${name} is "${text}": give a whole number from ${min} to ${max}`)
    return fallback
  }

  choice<const T extends string>(name: string, choices: readonly T[], fallback: T, description: string): T {
    const text = this.text(name, fallback, description)
    const found = choices.find((choice) => choice === text)
    if (found !== undefined) return found
    this.problems.push(`${name} is "${text}": give one of ${choices.join(', ')}`)
    return fallback
  }
}
