import { mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import axe from 'axe-core'
import type { Page } from 'playwright-core'

const IMAGES = fileURLToPath(new URL('../../docs/images', import.meta.url))

interface Violation {
  id: string
  help: string
  nodes: { html: string; failureSummary?: string }[]
}

/** What axe finds against WCAG 2.2 AA, and its best practices. */
export async function findBarriers(page: Page): Promise<string[]> {
  // Run by the browser's own tools, which the page's content security policy does not concern.
  await page.evaluate(axe.source)
  const violations = (await page.evaluate(
    `axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }).then(({ violations }) => violations)`,
  )) as Violation[]
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${help}\n  ${html.slice(0, 200)}\n  ${failureSummary ?? ''}`),
  )
}

/** By how many pixels the page is wider than its window. */
export async function overflowOf(page: Page): Promise<number> {
  return (await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')) as number
}

/**
 * How much of what was on the page moved by itself while it loaded: the browser's own measure, Cumulative Layout Shift,
 * of which up to 0.1 is called good.
 */
export async function layoutShiftOf(page: Page): Promise<number> {
  return (await page.evaluate(`new Promise((resolve) => {
    let sum = 0
    new PerformanceObserver((list) => {
      for (const { hadRecentInput, value } of list.getEntries()) if (!hadRecentInput) sum += value
    }).observe({ type: 'layout-shift', buffered: true })
    setTimeout(() => resolve(sum), 500)
  })`)) as number
}

/** Writes a picture into docs/images, when the run is asked for pictures. */
export async function takePicture(page: Page, name: string): Promise<void> {
  if (process.env.SCREENSHOTS === undefined) return
  mkdirSync(IMAGES, { recursive: true })
  await page.screenshot({ path: `${IMAGES}/${name}.png`, animations: 'disabled' })
}
