/* What the programs beside it share: the browser, what is counted, how pages are opened. */
import { chromium } from 'playwright-core'

let passed = 0
let failed = 0
export function check(name, good, detail = '') {
  if (good) passed++
  else failed++
  console.log(`${good ? 'ok    ' : 'FAILED'} ${name}${good || !detail ? '' : `: ${detail}`}`)
}

export const CHROMIUM = '/usr/bin/chromium'
export const QUIET = ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync']
export const launch = () => chromium.launch({ executablePath: CHROMIUM, args: QUIET })

/* `work` with each of `items`, so many at a time; each to its end. */
export async function each(items, at_once, work) {
  const waiting = [...items]
  await Promise.all(Array.from({ length: at_once }, async () => {
    while (waiting.length) await work(waiting.shift())
  }))
}

/* A page of a state: its path, and what is pressed when it is there. */
export async function open(page, base, { path, press }) {
  const response = await page.goto(base + path)
  if (!press) return response
  const [next] = await Promise.all([page.waitForNavigation(), page.locator(press).click()])
  return next
}

export async function finish(browser, work) {
  try {
    await work()
  } catch (error) {
    check('the run came to its end', false, String(error))
  } finally {
    await browser.close()
  }
  console.log(`${passed} passed, ${failed} failed`)
  process.exit(failed ? 1 : 0)
}
