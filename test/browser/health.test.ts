import { expect, it } from 'vitest'
import { uploadCsv } from '../support/api.js'
import { useConsole } from './use-console.js'

const { goTo, sample } = useConsole()

it('shows a figure in every chart', async () => {
  const page = await goTo('/console/health')
  const figures = page.locator('figure.chart figcaption b')
  await page.getByText('None waits').waitFor()
  // Rates need two looks at the server, and requests between them.
  for (let look = 0; look < 3; look += 1) {
    await sample().api('GET', `/v1/Stores/${sample().store}/Profiles`)
    await page.waitForResponse('**/metrics')
  }
  await expect.poll(() => figures.allTextContents(), { timeout: 10_000 }).not.toContain('–')
  expect(await figures.count()).toBe(6)
})

it('lists a job that waits, and runs it on request', async () => {
  const mappings = { mail: 'Contact.email', name: 'Contact.firstName' }
  const rows = Array.from({ length: 80_000 }, (_, row) => `waits-${row}@example.com,${row}`)
  const page = await goTo('/console/health')
  await uploadCsv(sample().api, sample().store, `mail,name\n${rows.join('\n')}\n`, mappings)
  // Behind the first one, of the same store.
  await uploadCsv(sample().api, sample().store, 'mail,name\na@example.com,A\n', mappings)
  await page.getByRole('button', { name: /^Run import .* now$/ }).click()
  await page.getByText('The job runs as soon as a worker is free.').waitFor()
  await page.getByText('None waits').waitFor({ timeout: 60_000 })
})
