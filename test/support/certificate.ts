import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

export interface Certificate {
  readonly cert: string
  readonly key: string
}

/** Makes a certificate for 127.0.0.1 that vouches for itself, in two files of a folder. */
export async function makeCertificate(folder: string, name: string): Promise<Certificate> {
  const cert = join(folder, `${name}.pem`)
  const key = join(folder, `${name}.key`)
  const subject = ['-subj', `/CN=${name}`, '-addext', 'subjectAltName=IP:127.0.0.1']
  const kind = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2']
  await run('openssl', ['req', ...kind, ...subject, '-keyout', key, '-out', cert])
  return { cert, key }
}
