/* Lighthouse over six public pages of different kinds: it takes too long to be run over all of them. */
import lighthouse from 'lighthouse'

export const SIX = 6
const TRIES = 3
const PICTURE = '/news/2026/the-lights-on-the-river-path-are-back-on' // of the demonstration

export async function six(base) {
  const answer = await fetch(base + PICTURE)
  if (answer.status !== 200 || !(await answer.text()).includes('<picture')) throw new Error(`${PICTURE} has no picture`)
  return ['/', '/news', PICTURE, '/hate-crime', '/report', '/support?for=race']
}

/* Its result. Where Lighthouse itself came to no result, which it does on a machine that is very busy, it tries again. */
export async function judged(browser, address, categories) {
  let lhr
  for (let i = 0; i < TRIES && (!lhr || lhr.runtimeError); i++) {
    const page = await browser.newPage()
    lhr = (await lighthouse(address, { onlyCategories: categories, logLevel: 'silent' }, undefined, page)).lhr
    await page.close()
  }
  if (lhr.runtimeError) throw new Error(`${address}: ${lhr.runtimeError.message}`)
  return lhr
}
