import { describe, expect, it } from 'vitest'
import { startServer } from '../support/server.js'
import { press, useConsole } from './use-console.js'

const { open, goTo, inStore, sample, server } = useConsole()

describe('signing in', () => {
  it('refuses wrong credentials in words, takes right ones, and forgets them', async () => {
    const page = await open({ account: null })
    await page.goto('/console')
    await page.getByLabel('Account SID').fill('nobody')
    await page.getByLabel('Auth token').fill('x')
    await page.keyboard.press('Enter')
    await page.getByText('An account SID is AC and 32').waitFor()
    await page.getByLabel('Account SID').fill(server().account.sid)
    await page.keyboard.press('Enter')
    await page.getByText('These credentials are not right').waitFor()
    await page.getByLabel('Auth token').fill(server().account.token)
    await page.keyboard.press('Enter')
    await page.getByRole('link', { name: /web-shop/ }).waitFor()
    expect(await page.evaluate('Object.keys(localStorage)')).toEqual([])
    expect(await page.evaluate('document.cookie')).toBe('')
    await press(page, 'Sign out')
    await page.getByText('Sign in to the console').waitFor()
    expect(await page.evaluate('sessionStorage.length')).toBe(0)
  })
})

describe('stores', () => {
  it('are made, renamed, and deleted only when their name is typed', async () => {
    const page = await goTo('/console')
    await press(page, 'New store')
    await page.getByLabel('Name').fill('web-shop')
    await press(page, 'Create store')
    await page.getByText('is taken by another store').waitFor()
    await page.getByLabel('Name').fill('trial')
    await press(page, 'Create store')
    await page.getByText('Nobody is here yet').waitFor()
    await page.getByRole('link', { name: 'Settings' }).click()
    await page.getByLabel('Name').fill('trial-two')
    await press(page, 'Save')
    await page.locator('.store-name', { hasText: 'trial-two' }).waitFor()
    await press(page, 'Delete store…')
    await page.getByLabel('Type trial-two').fill('trial')
    expect(await page.getByRole('button', { name: 'Delete store', exact: true }).isDisabled()).toBe(true)
    await page.getByLabel('Type trial-two').fill('trial-two')
    await press(page, 'Delete store')
    await page.getByText('is being erased').waitFor()
    await page.getByRole('link', { name: /web-shop/ }).waitFor()
    expect(await page.getByText('trial-two').count()).toBe(1)
  })

  it('get traits with rules, which the server keeps', async () => {
    const page = await goTo(inStore('settings/traits'))
    await press(page, 'New trait group')
    await page.getByLabel('Name', { exact: true }).fill('Body')
    await press(page, 'Create group')
    await page.locator('section.panel', { hasText: 'Body' }).getByRole('button', { name: 'Add trait' }).click()
    await page.getByLabel('Name', { exact: true }).fill('height')
    await page.getByLabel('Type', { exact: true }).selectOption('NUMBER')
    await page.getByLabel('Least', { exact: true }).fill('30')
    await press(page, 'Save trait')
    await page.getByText('at least 30').waitFor()
    const groups = await sample().api('GET', `/v1/ControlPlane/Stores/${sample().store}/TraitGroups/Body`)
    expect(groups.body.traitGroup.traits.height).toEqual({
      dataType: 'NUMBER',
      validationRule: { ruleType: 'NUMBER', min: 30 },
    })
    await press(page, 'Remove height')
    await page.getByLabel('Type height').fill('height')
    await press(page, 'Remove trait')
    await page.getByText('height is gone').waitFor()
  })

  it('get identity rules in another order, by keys and by dragging', async () => {
    const page = await goTo(inStore('settings/identity'))
    const rules = page.locator('ol.list > li b')
    await page.getByRole('button', { name: 'Move phone up' }).press('Enter')
    expect(await rules.allInnerTexts()).toEqual(['phone', 'email', 'whatsapp', 'chat'])
    await page.locator('ol.list > li', { hasText: 'chat' }).dragTo(page.locator('ol.list > li', { hasText: 'email' }))
    expect(await rules.allInnerTexts()).toEqual(['phone', 'chat', 'email', 'whatsapp'])
    await press(page, 'Save rules')
    await page.getByText('The identity rules are saved').waitFor()
    const path = `/v1/ControlPlane/Stores/${sample().store}/IdentityResolutionSettings`
    expect((await sample().api('GET', path)).body.matchingRules).toEqual(['phone', 'chat', 'email', 'whatsapp'])
  })

  it('get data mappings', async () => {
    const page = await goTo(inStore('settings/mappings'))
    await press(page, 'New data mapping')
    await page.getByLabel('Name').fill('crm')
    await page.getByLabel('Source column 1').fill('mail')
    await page.getByLabel('Trait 1').selectOption('Contact.email')
    await press(page, 'Create mapping')
    await page.getByRole('heading', { name: /crm/ }).waitFor()
    await press(page, 'Disable')
    await page.getByText('disabled').waitFor()
  })
})

describe('the console as a whole', () => {
  it('is used by keys alone, until they are switched off', async () => {
    const page = await goTo(inStore('people'))
    await page.getByRole('heading', { name: 'People' }).waitFor()
    await page.keyboard.press('g')
    await page.keyboard.press('h')
    await page.getByRole('heading', { name: 'Health' }).waitFor()
    await page.keyboard.press('?')
    await page.getByLabel('Use single keys').uncheck()
    await page.keyboard.press('Escape')
    await page.keyboard.press('g')
    await page.keyboard.press('s')
    expect(await page.getByRole('heading', { name: 'Health' }).isVisible()).toBe(true)
  })

  it('keeps a chosen theme over a new visit', async () => {
    const page = await goTo('/console')
    const paper = () => page.evaluate('getComputedStyle(document.body).backgroundColor')
    const light = await paper()
    await press(page, /Theme/)
    await press(page, /Theme/)
    const dark = await paper()
    expect(dark).not.toBe(light)
    await page.reload()
    await page.getByRole('heading', { name: 'Stores' }).waitFor()
    expect(await paper()).toBe(dark)
  })

  it('says so when the server is gone', async () => {
    const own = await startServer()
    const page = await open({ server: own })
    await page.goto('/console')
    await page.getByText('No store yet').waitFor()
    await own.stop()
    await page.getByRole('link', { name: 'Health' }).click()
    await page.getByText('The server does not answer').first().waitFor()
  })
})
