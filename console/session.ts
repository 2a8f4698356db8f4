/** Who is signed in: an account SID with its token or an API key with its secret. */
export interface Credentials {
  readonly username: string
  readonly password: string
}

/** Session storage ends with the tab; nothing is ever written elsewhere. */
const KEY = 'recollect-credentials'

let current: Credentials | undefined = read()
const listeners = new Set<() => void>()

function read(): Credentials | undefined {
  const text = sessionStorage.getItem(KEY)
  return text === null ? undefined : (JSON.parse(text) as Credentials)
}

export function credentials(): Credentials | undefined {
  return current
}

export function signIn(next: Credentials): void {
  current = next
  sessionStorage.setItem(KEY, JSON.stringify(next))
  for (const listener of listeners) listener()
}

export function signOut(): void {
  current = undefined
  sessionStorage.clear()
  for (const listener of listeners) listener()
}

/** Calls back when somebody signs in or out. @returns what ends it */
export function onSession(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
