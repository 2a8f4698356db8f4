import type { Page } from 'playwright-core'
import { afterAll, beforeAll } from 'vitest'
import { startServer, type TestServer } from '../support/server.js'
import { type OpenOptions, useBrowser } from './browser.js'
import { type ConsoleSample, fillConsole } from './sample.js'

export interface UsedConsole {
  /** The running server; not before the first test. */
  readonly server: () => TestServer
  /** The store `web-shop`, filled before the first test. */
  readonly sample: () => ConsoleSample
  /** Opens a page, of this server unless another is given. */
  readonly open: (options?: Partial<OpenOptions>) => Promise<Page>
  /** Opens a page at a path of the console, signed in. */
  readonly goTo: (path: string) => Promise<Page>
  /** Path of a page of the sample's store. */
  readonly inStore: (rest: string) => string
}

/** One server with the sample's store, and a browser, for the tests of a file. */
export function useConsole(): UsedConsole {
  const openPage = useBrowser()
  let started: TestServer | undefined
  let filled: ConsoleSample | undefined
  beforeAll(async () => {
    started = await startServer()
    filled = await fillConsole(started, 'web-shop')
  })
  afterAll(() => started?.stop())
  const server = () => inTests(started)
  const sample = () => inTests(filled)
  const open = (options: Partial<OpenOptions> = {}) => openPage({ server: server(), ...options })
  return {
    server,
    sample,
    open,
    async goTo(path) {
      const page = await open()
      await page.goto(path)
      return page
    },
    inStore: (rest) => `/console/stores/${sample().store}/${rest}`,
  }
}

function inTests<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('the server runs in tests only')
  return value
}

/** Presses the button of this name. */
export const press = (page: Page, name: string | RegExp) => page.getByRole('button', { name, exact: true }).click()
