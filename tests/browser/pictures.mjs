/*
 * Pictures of every page in every state, to be looked at: a phone, a tablet and
 * a wide window, in light and in dark.
 *
 * node pictures.mjs STATES.json FOLDER      FOLDER/STATE/PAGE-WIDTH-light.png and -dark.png
 */
import { mkdirSync, readFileSync } from 'node:fs'
import { check, each, finish, launch, open } from './lib.mjs'

const states = JSON.parse(readFileSync(process.argv[2]))
const folder = process.argv[3]
const WIDTHS = { 320: 640, 768: 1024, 1280: 900 }
const HIGHEST = 6000 // a longer page is shown by its beginning
const NAME_MAX = 80
const browser = await launch()

/* "/news/2026/lamp" is news-2026-lamp, "/" is home. */
const named = ({ path, press, fill }) => ((path + (fill ?? '')).replace(/[^a-z0-9]+/gi, '-').replace(/^-|-$/g, '').slice(0, NAME_MAX) || 'home') + (press ? '-pressed' : '')

async function take(state, page_of) {
  const context = await browser.newContext()
  const page = await context.newPage()
  await open(page, state.base, page_of)
  /* What waits until it is near would be missing. */
  await page.evaluate(() => Promise.all([...document.images].map((image) => { image.loading = 'eager'; return image.decode().catch(() => {}) })))
  for (const [width, least] of Object.entries(WIDTHS)) {
    await page.setViewportSize({ width: Number(width), height: least })
    const height = await page.evaluate(() => document.documentElement.scrollHeight)
    await page.setViewportSize({ width: Number(width), height: Math.max(least, Math.min(height, HIGHEST)) })
    await page.evaluate(() => scrollTo(0, 0)) // a form with a mistake begins further down
    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme })
      await page.screenshot({ path: `${folder}/${state.name}/${named(page_of)}-${width}-${colorScheme}.png` })
    }
  }
  await context.close()
}

await finish(browser, async () => {
  for (const state of states) mkdirSync(`${folder}/${state.name}`, { recursive: true })
  const work = states.flatMap((state) => state.pages.map((page) => [state, page]))
  await each(work, 3, async ([state, page]) => {
    try {
      await take(state, page)
      check(`pictures of ${state.name} ${page.path}`, true)
    } catch (error) {
      check(`pictures of ${state.name} ${page.path}`, false, String(error))
    }
  })
})
