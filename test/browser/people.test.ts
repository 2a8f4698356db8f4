import { describe, expect, it } from 'vitest'
import { eventually } from '../support/api.js'
import { lookup } from '../support/profile.js'
import { press, useConsole } from './use-console.js'

const { goTo, inStore, sample, server } = useConsole()

describe('people', () => {
  it('are found by a phone number in another notation, shown in its normal form', async () => {
    const page = await goTo(inStore('people'))
    await page.getByText('Ada Moreira').waitFor()
    await page.keyboard.press('/')
    await page.keyboard.type('1 (317) 555 0123')
    await page.getByText('+13175550123').waitFor()
    await expect.poll(() => page.locator('.list-row.person').count()).toBe(1)
    await page.getByRole('link', { name: /Ada Moreira/ }).click()
    await page.getByRole('heading', { name: 'Ada Moreira' }).waitFor()
    await page.goBack()
    expect(await page.getByLabel('Find a person').inputValue()).toBe('1 (317) 555 0123')
  })

  it('are listed page by page', async () => {
    const traits = (row: number) => ({ traits: { Contact: { email: `paged-${row}@example.com` } } })
    const profiles = Array.from({ length: 25 }, (_, row) => traits(row))
    for (const profile of profiles) await sample().api('POST', `/v1/Stores/${sample().store}/Profiles`, profile)
    const page = await goTo(inStore('people'))
    await page.getByText('paged-24@example.com').first().waitFor()
    await press(page, 'Older')
    await page.getByText('paged-0@example.com').first().waitFor()
    expect(await page.getByText('paged-24@example.com').count()).toBe(0)
    await press(page, 'Newer')
    await page.getByText('paged-24@example.com').first().waitFor()
  })

  it('show merges with their reason, also under the id that was merged', async () => {
    const page = await goTo(inStore(`people/${sample().merged}`))
    await page.getByText('the address names a merged profile').waitFor()
    const merges = page.locator('.panel', { hasText: 'Merges' }).first()
    await merges.getByText(sample().merged).waitFor()
    expect(await merges.textContent()).toContain(server().account.sid)
  })

  it('show what a memory said before, word by word, and everything as JSON', async () => {
    const page = await goTo(inStore(`people/${sample().ada}`))
    await press(page, 'Revisions')
    await page.locator('ins').first().waitFor()
    expect((await page.locator('ins').allInnerTexts()).join(' ')).toContain('and was damp; she got a voucher')
    await page.getByText('Raw JSON').click()
    const json = JSON.parse((await page.locator('details.panel pre').textContent()) ?? '')
    expect(json).toMatchObject({ id: sample().ada, traits: { Contact: { firstName: 'Ada' } } })
    expect(json.merges).not.toEqual([])
  })

  it('are changed trait by trait, with the server’s refusal in words', async () => {
    const page = await goTo(inStore(`people/${sample().ada}`))
    await press(page, 'Edit Loyalty.tier')
    await page.getByLabel('Value').fill('silver')
    await press(page, 'Save')
    await page.getByRole('alert').getByText('Loyalty.tier').waitFor()
    await page.getByLabel('Value').fill('basic')
    await press(page, 'Save')
    await page.getByText('Loyalty.tier is stored').waitFor()
    await press(page, 'Add an observation')
    await page.getByLabel('Text').fill('Likes the new catalogue.')
    await press(page, 'Save')
    await page.locator('.timeline').getByText('Likes the new catalogue.').waitFor()
    const { body } = await sample().api('GET', `/v1/Stores/${sample().store}/Profiles/${sample().ada}`)
    expect(body.traits.Loyalty.tier).toBe('basic')
  })

  it('are added by hand and erased for good', async () => {
    const page = await goTo(inStore('people'))
    await press(page, 'Add a person')
    await page.getByLabel('Known by').selectOption('Contact.email')
    await page.getByLabel('Value').fill('short@example.com')
    await press(page, 'Add person')
    await page.getByRole('heading', { name: 'short@example.com' }).waitFor()
    await press(page, 'Erase…')
    await page.getByLabel('Type erase').fill('erase')
    await press(page, 'Erase person')
    await page.getByText('short@example.com is erased').waitFor()
    expect(await lookup(sample().api, sample().store, 'email', 'short@example.com')).toEqual([])
  })
})

describe('recall', () => {
  it('ranks memories with their reasons, greys out what is below the threshold and gives the request', async () => {
    const page = await goTo(inStore('recall'))
    await page.getByLabel('About whom?').fill('ADA.moreira@example.com')
    await page.getByRole('link', { name: /Ada Moreira/ }).click()
    await page.getByLabel(/What should be remembered/).fill("How was Ada's last parcel?")
    await page.keyboard.press('Enter')
    const first = page.locator('.hit').first()
    await first.getByText('parcel', { exact: true }).first().waitFor()
    expect(await first.locator('mark').allInnerTexts()).toContain('parcel')
    await page.getByLabel('Threshold').fill('1')
    expect(await page.locator('.hit:not(.below)').count()).toBe(0)
    const code = page.locator('.code pre')
    expect(await code.textContent()).toContain(`{"query":"How was Ada'\\''s last parcel?"`)
    expect(await code.textContent()).toContain('"relevanceThreshold":1')
    await press(page, 'Node SDK')
    expect(await code.textContent()).toContain(`.recall('${sample().store}', '${sample().ada}')`)
    await press(page, 'Python')
    expect(await code.textContent()).toContain('requests.post(')
    expect(await code.textContent()).not.toContain(server().account.token)
  })
})

describe('imports', () => {
  it('go from a dropped file over suggestions and a preview to stored people and a list of errors', async () => {
    const page = await goTo(inStore('imports'))
    await page.getByRole('link', { name: 'New import' }).click()
    const csv = 'Kontakt,Mobil,Forename,Town\nruth@example.com,+1 317 555 0151,Ruth,Graz\n,,Nobody,Bonn\n'
    const file = { name: 'people.csv', mimeType: 'text/csv', buffer: Buffer.from(csv) }
    await page.locator('input[type=file]').setInputFiles(file)
    await page.getByText('suggested by its values').first().waitFor()
    expect(await page.getByLabel('Trait for Kontakt').inputValue()).toBe('Contact.email')
    expect(await page.getByLabel('Trait for Mobil').inputValue()).toBe('Contact.phone')
    expect(await page.getByLabel('Trait for Forename').inputValue()).toBe('Contact.firstName')
    await page.getByText('+13175550151').waitFor()
    await page.getByText('fails: no cell identifies anybody').waitFor()
    await press(page, 'Start the import')
    await page.getByText('no cell identifies anybody').waitFor()
    const download = page.waitForEvent('download')
    await press(page, 'Download as CSV')
    expect((await download).suggestedFilename()).toMatch(/^mem_import_\w+-errors\.csv$/)
    expect(await lookup(sample().api, sample().store, 'phone', '+13175550151')).toHaveLength(1)
  })

  it('show their progress and stop when they are cancelled', async () => {
    const page = await goTo(inStore('imports/new'))
    const rows = Array.from({ length: 90_000 }, (_, row) => `many-${row}@example.com,Town ${row}`)
    const buffer = Buffer.from(`email,city\n${rows.join('\n')}\n`)
    await page.locator('input[type=file]').setInputFiles({ name: 'many.csv', mimeType: 'text/csv', buffer })
    await press(page, 'Start the import')
    await page.getByText('running', { exact: true }).waitFor()
    await press(page, 'Cancel the import')
    await page.getByText('cancelled', { exact: true }).waitFor()
    const { body } = await sample().api('GET', `/v1/Stores/${sample().store}/Profiles/Imports`)
    const path = `/recollect/v1/Stores/${sample().store}/Profiles/Imports/${body.imports[0]}`
    const { body: one } = await eventually(
      () => sample().api('GET', path),
      (answer) => answer.body.status === 'FAILED',
    )
    expect(one.rowsDone).toBeLessThan(rows.length)
  })

  it('tell in words what is wrong with a file', async () => {
    const page = await goTo(inStore('imports/new'))
    const file = { name: 'one.csv', mimeType: 'text/csv', buffer: Buffer.from('email\na@example.com\n') }
    await page.locator('input[type=file]').setInputFiles(file)
    await page.getByText('This file has one column').waitFor()
  })
})
