import { readFileSync, unwatchFile, watchFile } from 'node:fs'
import type { Server } from 'node:https'
import { createSecureContext } from 'node:tls'
import type { TlsFiles } from '../config/transport.js'
import { ConfigError } from '../config.js'
import type { Logger } from '../log.js'

/** How often the files are looked at: a renewed certificate is presented within this time. */
const WATCH_MS = 2000

/**
 * Reads a certificate and its key.
 *
 * @throws ConfigError when they cannot be read or do not belong together
 */
export function readTls({ cert, key }: TlsFiles): { cert: Buffer; key: Buffer } {
  const files = { cert: readPem('RECOLLECT_TLS_CERT', cert), key: readPem('RECOLLECT_TLS_KEY', key) }
  try {
    createSecureContext(files)
  } catch (error) {
    throw new ConfigError([
      `RECOLLECT_TLS_CERT and RECOLLECT_TLS_KEY: no certificate with its key in PEM (${codeOf(error)})`,
    ])
  }
  return files
}

function readPem(name: string, file: string): Buffer {
  try {
    return readFileSync(file)
  } catch (error) {
    throw new ConfigError([`${name} is ${file}, which cannot be read (${codeOf(error)})`])
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
}

/**
 * Presents the certificate anew when its files change and on SIGHUP. One that cannot be used changes nothing: the two
 * files may be replaced one after the other.
 *
 * @returns stops it
 */
export function followTls(server: Server, files: TlsFiles, log: Logger): () => void {
  const reload = () => {
    try {
      server.setSecureContext(readTls(files))
      log.info('the TLS certificate was read again')
    } catch (error) {
      log.warn({ err: error }, 'the TLS certificate cannot be used; the one before stays')
    }
  }
  for (const file of [files.cert, files.key]) watchFile(file, { interval: WATCH_MS, persistent: false }, reload)
  process.on('SIGHUP', reload)
  return () => {
    for (const file of [files.cert, files.key]) unwatchFile(file, reload)
    process.off('SIGHUP', reload)
  }
}
