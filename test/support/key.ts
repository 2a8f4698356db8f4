import { runCli } from './cli.js'
import type { Account, TestServer } from './server.js'

/** Makes a key of an account on the command line, beside the server: `--scope`, `--store` as they are given. */
export async function createKey(
  server: Pick<TestServer, 'dataDir'>,
  account: Account,
  ...options: string[]
): Promise<Account> {
  const { code, stdout, stderr } = await runCli(['key', 'create', '--account', account.sid, ...options, '--json'], {
    RECOLLECT_DATA_DIR: server.dataDir,
  })
  if (code !== 0) throw new Error(stderr)
  const { sid, secret } = JSON.parse(stdout) as { sid: string; secret: string }
  return { sid, token: secret }
}
