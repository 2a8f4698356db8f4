import { isIP, isIPv4 } from 'node:net'
import type { SettingsReader } from './settings-reader.js'

/** The certificate a server presents, with its chain, and its key: files in PEM. */
export interface TlsFiles {
  readonly cert: string
  readonly key: string
}

/** Whose X-Forwarded-* headers are believed: nobody's, everybody's, of so many proxies in a row, of these addresses. */
export type TrustProxy = boolean | number | readonly string[]

const MAX_HOPS = 32
const NAMED_SUBNETS = ['loopback', 'linklocal', 'uniquelocal']

/** How clients get to the server. */
export function readTransport(settings: SettingsReader) {
  return {
    tls: readTls(settings),
    trustProxy: readTrustProxy(settings),
    requestTimeoutSeconds: settings.integer(
      'RECOLLECT_REQUEST_TIMEOUT_SECONDS',
      120,
      1,
      3600,
      'A request that has not arrived whole by then is cut off (uploads: RECOLLECT_UPLOAD_TIMEOUT_SECONDS).',
    ),
    uploadTimeoutSeconds: settings.integer(
      'RECOLLECT_UPLOAD_TIMEOUT_SECONDS',
      1800,
      1,
      86_400,
      'An upload that has not arrived whole by then is cut off; one that stalls is cut off within a minute.',
    ),
  }
}

function readTls(settings: SettingsReader): TlsFiles | undefined {
  const cert = settings.optional(
    'RECOLLECT_TLS_CERT',
    'File of the TLS certificate with its chain (PEM). With it the server speaks https only. Read again when it changes and on SIGHUP.',
  )
  const key = settings.optional('RECOLLECT_TLS_KEY', 'File of the certificate’s private key (PEM).')
  if (cert !== undefined && key !== undefined) return { cert, key }
  if (cert !== undefined) settings.problems.push('RECOLLECT_TLS_CERT is set: give RECOLLECT_TLS_KEY too')
  if (key !== undefined) settings.problems.push('RECOLLECT_TLS_KEY is set: give RECOLLECT_TLS_CERT too')
  return undefined
}

function readTrustProxy(settings: SettingsReader): TrustProxy {
  const text = settings.text(
    'TRUST_PROXY',
    'false',
    'Whose X-Forwarded-Proto, -Host and -For are believed: `false` (nobody’s), addresses and subnets of proxies separated by commas (`10.0.0.0/8,loopback`), a number of proxies in a row, or `true`. The last two only where nothing but the proxy reaches the server.',
  )
  if (text === 'false' || text === 'true') return text === 'true'
  if (/^\d{1,2}$/.test(text) && Number(text) >= 1 && Number(text) <= MAX_HOPS) return Number(text)
  const entries = text.split(',').map((entry) => entry.trim())
  const wrong = entries.find((entry) => !NAMED_SUBNETS.includes(entry) && !isSubnet(entry))
  if (wrong === undefined) return entries
  settings.problems.push(
    `TRUST_PROXY has "${wrong}": give true, false, a number of proxies from 1 to ${MAX_HOPS}, or addresses and subnets like 10.0.0.0/8`,
  )
  return false
}

function isSubnet(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/')
  if (isIP(address) === 0 || rest.length > 0) return false
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (isIPv4(address) ? 32 : 128))
}
