/*
 * Every public page in Debian's Chromium: valid HTML, no fault that axe-core
 * finds, whole without JavaScript, no sideways scrolling at 320 px, usable by
 * keyboard, no cookie, nothing loaded from elsewhere.
 *
 * node pages.mjs ADDRESS PATH,… [FOLDER FOR PICTURES]      last line "N passed, N failed"
 * The paths are of pages that no list leads to.
 *
 * Rules of html-validate that are off, each with its reason: GOV.UK Frontend's
 * own markup has role="region" on a section and ul with role (prefer-native-element,
 * no-redundant-role); "<!DOCTYPE html>" in capitals (doctype-style); long titles
 * are the authors' words; telephone numbers keep plain spaces so that they can be
 * copied (tel-non-breaking); our own files carry their hash in their address (require-sri).
 */
import { createRequire } from 'node:module'
import { readFileSync } from 'node:fs'
import { chromium } from 'playwright-core'
import { FileSystemConfigLoader, HtmlValidate, esmResolver } from 'html-validate'

const require = createRequire(import.meta.url)
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8')
const base = process.argv[2].replace(/\/$/, '')
const more = process.argv[3].split(',').filter((path) => path)
const pictures = process.argv[4]

let passed = 0
let failed = 0
let seen = 0 // pictures
function check(name, good, detail = '') {
  if (good) passed++
  else failed++
  console.log(`${good ? 'ok    ' : 'FAILED'} ${name}${good || !detail ? '' : `: ${detail}`}`)
}

const config = JSON.parse(readFileSync(new URL('.htmlvalidate.json', import.meta.url)))
const validator = new HtmlValidate(new FileSystemConfigLoader([esmResolver()], config))

const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync']
})

async function addresses() {
  const found = new Set(['/', '/news', '/withdrawn', '/corrections', '/corrections?kind=promise', '/campaigns', '/campaigns/week-against-hate', '/campaigns/lights-on', '/report', '/support', '/support?for=race', '/support?for=disability&need=sign-language', '/hate-crime', '/law', '/pictures-and-names', '/about', '/accessibility', '/privacy', '/cookies', '/contact', '/leaving', '/topics', '/feedback', '/feedback/sent', '/search', '/search?q=river', '/search?q=zzzzz', '/search?q=%01', '/no-such-page', '/news?after=broken', ...more])
  const context = await browser.newContext({ javaScriptEnabled: false })
  const page = await context.newPage()
  let next = '/news'
  await page.goto(base + '/withdrawn')
  for (const link of await page.locator('main a[href^="/news/"]').all()) found.add(await link.getAttribute('href'))
  for (let i = 0; next && i < 50; i++) {
    await page.goto(base + next)
    for (const link of await page.locator('main a[href^="/news/"]').all()) found.add(await link.getAttribute('href'))
    next = (await page.locator('a[rel=next]').count()) ? await page.locator('a[rel=next]').getAttribute('href') : null
    if (next) found.add(next)
  }
  await context.close()
  return [...found]
}

async function checkPage(path) {
  // Chromium runs axe in pages whose own scripts are off only when evaluation is allowed: JavaScript is on here, and off below.
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } })
  const page = await context.newPage()
  const outside = []
  const complaints = []
  page.on('request', (request) => { if (!request.url().startsWith(base + '/') && !request.url().startsWith('data:')) outside.push(request.url()) })
  page.on('console', (message) => { if (message.type() === 'error' && !message.text().includes('status of 4')) complaints.push(message.text()) })
  const response = await page.goto(base + path)
  const html = await response.text()
  const wanted = path === '/no-such-page' || path.endsWith('broken') ? [404] : path.endsWith('%01') ? [400] : [200, 410]
  check(`${path} answers ${response.status()}`, wanted.includes(response.status()))

  const report = await validator.validateString(html)
  const faults = report.results.flatMap((r) => r.messages.map((m) => `${m.ruleId} line ${m.line}: ${m.message}`))
  check(`${path} is valid HTML`, report.valid, faults.slice(0, 5).join(' | '))

  await page.evaluate(axe)
  const result = await page.evaluate(() => globalThis.axe.run(document, {
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']
  }))
  check(`${path} has no fault that axe finds`, result.violations.length === 0,
    result.violations.map((v) => `${v.id} (${v.nodes.map((n) => n.target).join(', ')})`).join(' | '))
  check(`${path} loads nothing from elsewhere`, outside.length === 0, outside.join(' '))
  check(`${path} breaks no rule of its own policy`, complaints.length === 0, complaints.join(' | '))
  check(`${path} sets no cookie but that of a form`, (await context.cookies()).length === (path === '/feedback' ? 1 : 0))

  const shown = await page.evaluate(async () => {
    const sum = await new Promise((resolve) => {
      let moved = 0
      new PerformanceObserver((list) => { for (const e of list.getEntries()) moved += e.value }).observe({ type: 'layout-shift', buffered: true })
      setTimeout(() => resolve(moved), 200)
    })
    const wrong = [...document.images].flatMap((e, at) => {
      const lazy = e.loading === 'lazy'
      const below = at > 0 && e.getBoundingClientRect().top + scrollY > innerHeight
      return [!e.getAttribute('width') || !e.getAttribute('height') ? `${e.src} has no width and height` : '',
        at === 0 && lazy ? `${e.src} is the first and waits` : '', below && !lazy ? `${e.src} is below the first screen and does not wait` : '']
    })
    return { sum, wrong: wrong.filter((words) => words), n: document.images.length }
  })
  seen += shown.n
  check(`${path} shows its first picture at once, later ones when they are near, each with its size`, shown.wrong.length === 0, shown.wrong.join(' | '))
  check(`${path} does not move while it loads`, shown.sum === 0, String(shown.sum))

  const unknown = await page.evaluate(() => {
    const rules = [...document.styleSheets].flatMap((sheet) => [...sheet.cssRules])
    const selectors = rules.flatMap((rule) => [rule, ...(rule.cssRules ?? [])]).map((rule) => rule.selectorText ?? '').join(' ')
    const used = new Set([...document.querySelectorAll('[class]')].flatMap((e) => [...e.classList]))
    /* GOV.UK's own markup has these, and its style sheet nothing for them. */
    const bare = ['govuk-template__header', 'govuk-template__footer', 'govuk-js-exit-this-page-button', 'govuk-table__body', 'govuk-table__row']
    return [...used].filter((name) => !bare.includes(name) && !selectors.includes('.' + CSS.escape(name)))
  })
  check(`${path} uses no class that the style sheet does not have`, unknown.length === 0, unknown.join(' '))

  /* A form with a mistake begins at its error summary, without a script too; from there one goes on as from the top. */
  const mistaken = (await page.locator('.govuk-error-summary').count()) > 0
  if (mistaken) {
    check(`${path} begins at what has to be put right`, await page.evaluate(() => document.activeElement.className === 'govuk-error-summary'))
    const fields = await page.evaluate(() => [...document.querySelectorAll('.govuk-error-summary a')].every((a) => document.querySelector(a.getAttribute('href'))?.getAttribute('aria-describedby')?.includes('error')))
    check(`${path} leads from each mistake to its field, which says it too`, fields)
    await page.evaluate(() => { document.querySelector('.govuk-skip-link').focus() })
  }
  await page.keyboard.press('Tab')
  const first = await page.evaluate(() => ({ words: document.activeElement.textContent.trim(), href: document.activeElement.getAttribute('href') }))
  check(`${path} has the skip link first`, mistaken || first.href === '#main-content', JSON.stringify(first))
  const names = new Set()
  let visible = true
  for (let i = 0; i < 150; i++) {
    await page.keyboard.press('Tab')
    const focus = await page.evaluate(() => {
      const e = document.activeElement
      if (!e || e === document.body) return null
      const style = getComputedStyle(e)
      const box = e.getBoundingClientRect()
      return { key: e.outerHTML + (box.top + scrollY), seen: style.outlineStyle !== 'none' || style.boxShadow !== 'none', size: box.width > 0 && box.height > 0 }
    })
    if (!focus || names.has(focus.key)) break
    names.add(focus.key)
    visible = visible && focus.seen && focus.size
  }
  const links = await page.locator('a[href]:visible').count()
  check(`${path} is reached by keyboard, and shows where one is`, visible && names.size >= links - 1, `${names.size} of ${links}`)
  if (pictures) await page.screenshot({ path: `${pictures}/${path.replace(/[^a-z0-9]+/gi, '_')}.png`, fullPage: true })
  await context.close()

  const small = await browser.newContext({ viewport: { width: 320, height: 640 }, javaScriptEnabled: false })
  const narrow = await small.newPage()
  await narrow.goto(base + path)
  check(`${path} has a heading without JavaScript`, (await narrow.locator('h1:visible').count()) === 1)
  await small.close()
  const measured = await browser.newContext({ viewport: { width: 320, height: 640 } })
  const measure = await measured.newPage()
  await measure.goto(base + path)
  const width = await measure.evaluate(() => document.documentElement.scrollWidth)
  check(`${path} does not scroll sideways at 320 px`, width <= 320, `${width} px`)
  if (pictures) await measure.screenshot({ path: `${pictures}/${path.replace(/[^a-z0-9]+/gi, '_')}_320.png`, fullPage: true })
  await measured.close()
}

try {
  const paths = await addresses()
  check('the news list leads to posts', paths.filter((path) => /^\/news\/\d/.test(path)).length >= 6, paths.join(' '))
  for (const path of paths) await checkPage(path)
  check('there was a picture to look at', seen > 0)
} catch (error) {
  check('the run came to its end', false, String(error))
} finally {
  await browser.close()
}
console.log(`${passed} passed, ${failed} failed`)
process.exit(failed ? 1 : 0)
