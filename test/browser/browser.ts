import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, expect, onTestFinished } from 'vitest'
import type { Account, TestServer } from '../support/server.js'

const EXECUTABLE = process.env.CHROMIUM ?? '/usr/bin/chromium'

export type Scheme = 'light' | 'dark'

export interface OpenOptions {
  readonly server: TestServer
  /** Signed in as whom; `null` for nobody. The server's account unless it is said. */
  readonly account?: Account | null
  readonly scheme?: Scheme
  readonly width?: number
  readonly height?: number
}

/** A browser for the tests of a file, and pages in it that end with their test and fail it when they complain. */
export function useBrowser(): (options: OpenOptions) => Promise<Page> {
  let browser: Browser | undefined
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: EXECUTABLE, args: ['--no-sandbox', '--disable-dev-shm-usage'] })
  })
  afterAll(() => browser?.close())
  return async ({ server, account = server.account, scheme = 'light', width = 1280, height = 800 }) => {
    if (browser === undefined) throw new Error('the browser runs in tests only')
    const context = await browser.newContext({
      baseURL: server.url,
      colorScheme: scheme,
      viewport: { width, height },
      timezoneId: 'UTC',
      locale: 'en-GB',
    })
    onTestFinished(() => context.close())
    if (account !== null) await storeCredentials(context, account)
    return watch(await context.newPage())
  }
}

/** As the sign-in page leaves them. */
function storeCredentials(context: BrowserContext, { sid, token }: Account): Promise<unknown> {
  const text = JSON.stringify(JSON.stringify({ username: sid, password: token }))
  const key = JSON.stringify('recollect-credentials')
  // Once: who signed out stays so.
  return context.addInitScript(`
    if (sessionStorage.getItem('signed-in-by-test') === null) {
      sessionStorage.setItem(${key}, ${text})
      sessionStorage.setItem('signed-in-by-test', 'yes')
    }`)
}

/** Refusals and a server that ends are logged by the browser itself, when a test asks for them. */
const REFUSED = /Failed to load resource: (the server responded with a status of 4\d\d|net::ERR_CONNECTION_REFUSED)/

/** Fails the test when the page writes an error to the console, or breaks its content security policy. */
function watch(page: Page): Page {
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text())
  })
  onTestFinished(() => {
    expect(complaints.filter((text) => !REFUSED.test(text))).toEqual([])
  })
  return page
}
