import { useState } from 'preact/hooks'
import { ApiFailure, send } from '../api.js'
import { Notice } from '../parts/feedback.js'
import { TextField } from '../parts/field.js'
import { signIn } from '../session.js'

const SID = /^(AC|SK)[0-9a-f]{32}$/

/** Refuses what cannot be a SID before anything is sent. */
function checkUsername(username: string): void {
  if (!SID.test(username)) {
    throw new Error('An account SID is AC and 32 digits or letters a to f, an API key SID is SK and 32 of them.')
  }
}

/** Asks who is there. The credentials stay in this tab. */
export function SignInPage() {
  const [username, setUsername] = useState('')
  const [password, setPassword] = useState('')
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>()
  const submit = async (event: Event) => {
    event.preventDefault()
    const as = { username: username.trim(), password: password.trim() }
    setBusy(true)
    setError(undefined)
    try {
      checkUsername(as.username)
      await send('/v1/ControlPlane/Stores', { query: { pageSize: 1 }, as })
      signIn(as)
    } catch (cause) {
      const wrong = cause instanceof ApiFailure && cause.status === 401
      setError(wrong ? new Error('These credentials are not right: check the SID, and the token or secret.') : cause)
      setBusy(false)
    }
  }
  return (
    <div class="sign-in">
      <main>
        <h1 class="brand">
          <img src="/console/icon.svg" alt="" width="32" height="32" />
          Recollect
        </h1>
        <form class="panel form" onSubmit={submit}>
          <h2>Sign in to the console</h2>
          <TextField
            label="Account SID or API key SID"
            value={username}
            onInput={setUsername}
            placeholder="AC…"
            autocomplete="username"
            autoFocus
            required
          />
          <TextField
            label="Auth token or key secret"
            type="password"
            value={password}
            onInput={setPassword}
            autocomplete="current-password"
            required
          />
          <Notice error={error} />
          <button type="submit" class="primary" disabled={busy}>
            Sign in
          </button>
          <p class="soft small-text">
            The server printed both at its first start. A new key: <code>recollect key create</code>. They are kept
            until this tab is closed, and go nowhere but to this server.
          </p>
        </form>
      </main>
    </div>
  )
}
