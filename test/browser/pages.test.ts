import { setTimeout as sleep } from 'node:timers/promises'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startServer, type TestServer } from '../support/server.js'
import { type Scheme, useBrowser } from './browser.js'
import { findBarriers, layoutShiftOf, overflowOf, takePicture } from './look.js'
import { type ConsoleSample, fillConsole } from './sample.js'

const open = useBrowser()
let server: TestServer
let sample: ConsoleSample

beforeAll(async () => {
  server = await startServer()
  await fillConsole(server, 'staging')
  sample = await fillConsole(server, 'web-shop')
})
afterAll(() => server.stop())

interface Look {
  readonly path: (sample: ConsoleSample) => string
  /** What is there when the page has everything. */
  readonly ready: (page: Page) => Promise<unknown>
  readonly signedOut?: true
}

const seen = (text: string | RegExp) => (page: Page) => page.getByText(text).first().waitFor()
const inStore = (rest: string) => (one: ConsoleSample) => `/console/stores/${one.store}/${rest}`
const CSV =
  'e-mail,mobile,first,town,points,colour\nleo.roth@example.com,317-555-0141,Leo,Graz,12,red\n,,Nobody,Bonn,1,blue\nida.holm@example.com,317-555-0142,Ida,Bergen,many,green\n'

async function ask(page: Page): Promise<void> {
  await page.getByLabel(/What should be remembered/).fill('Which foods can she not eat, and how was her last parcel?')
  await page.getByRole('button', { name: 'Recall', exact: true }).click()
  await page.getByText('Is allergic to').waitFor()
  await page.getByLabel('Threshold').fill('0.15')
}

async function chooseFile(page: Page): Promise<void> {
  const file = { name: 'autumn.csv', mimeType: 'text/csv', buffer: Buffer.from(CSV) }
  await page.locator('input[type=file]').setInputFiles(file)
  await page.getByText('+13175550141').waitFor()
}

/** A picture shows more than a moment. */
const HEALTH_ROUNDS = process.env.SCREENSHOTS === undefined ? 3 : 16

async function measure(page: Page): Promise<void> {
  await page.getByText('None waits').waitFor()
  for (let round = 0; round < HEALTH_ROUNDS; round += 1) {
    await sample.api('GET', `/v1/Stores/${sample.store}/Profiles`)
    await page.waitForResponse('**/metrics')
  }
}

/** Every page with something on it. */
const LOOKS: Readonly<Record<string, Look>> = {
  'sign-in': { path: () => '/console', ready: seen('Sign in to the console'), signedOut: true },
  stores: {
    path: () => '/console',
    ready: async (page) => {
      await page.getByText('web-shop').waitFor()
      await expect.poll(() => page.locator('.count b').allInnerTexts()).not.toContain('\u00a0')
    },
  },
  'settings-general': { path: inStore('settings'), ready: seen('Delete this store') },
  'settings-traits': { path: inStore('settings/traits'), ready: seen('Loyalty') },
  'settings-identity': { path: inStore('settings/identity'), ready: seen('Order of the rules') },
  'settings-mappings': { path: inStore('settings/mappings'), ready: seen('No data mapping yet') },
  people: { path: inStore('people'), ready: seen('Ada Moreira') },
  person: {
    path: (one) => inStore(`people/${one.ada}`)(one),
    ready: async (page) => {
      await page.getByRole('button', { name: 'Revisions' }).click()
      await page.locator('ins').first().waitFor()
    },
  },
  recall: { path: (one) => inStore(`recall/${one.ada}`)(one), ready: ask },
  imports: { path: inStore('imports'), ready: seen('people.csv') },
  import: { path: (one) => inStore(`imports/${one.failedRows}`)(one), ready: seen(/no cell identifies anybody/) },
  'new-import': { path: inStore('imports/new'), ready: chooseFile },
  health: { path: () => '/console/health', ready: measure },
}

function lookOf(name: string): Look {
  const look = LOOKS[name]
  if (look === undefined) throw new Error(`no page ${name}`)
  return look
}

async function openLook(name: string, scheme: Scheme, width?: number): Promise<Page> {
  const look = lookOf(name)
  const page = await open({
    server,
    scheme,
    ...(width !== undefined && { width }),
    ...(look.signedOut && { account: null }),
  })
  await page.goto(look.path(sample))
  await look.ready(page)
  return page
}

describe.each(Object.keys(LOOKS))('the page %s', (name) => {
  it.each(['light', 'dark'] as const)('has no barriers in %s', async (scheme) => {
    const page = await openLook(name, scheme)
    await takePicture(page, `console-${name}-${scheme}`)
    expect(await findBarriers(page)).toEqual([])
  })

  it('holds still while it loads, also when the server is slow', async () => {
    const look = lookOf(name)
    const page = await open({ server, ...(look.signedOut && { account: null }) })
    await page.route('**/v1/**', async (route) => {
      await sleep(100)
      await route.continue()
    })
    await page.goto(look.path(sample))
    await page.waitForLoadState('networkidle')
    expect(await layoutShiftOf(page)).toBeLessThan(0.05)
  })

  it('fits a window of 360 pixels, without barriers', async () => {
    const page = await openLook(name, 'light', 360)
    expect(await overflowOf(page)).toBeLessThanOrEqual(0)
    expect(await findBarriers(page)).toEqual([])
  })
})

it('the measure of what moves sees a page that does', async () => {
  const page = await openLook('people', 'light')
  await page.evaluate(
    "document.querySelector('main').prepend(Object.assign(document.createElement('p'), { innerText: '\\n'.repeat(9) }))",
  )
  expect(await layoutShiftOf(page)).toBeGreaterThan(0.05)
})
