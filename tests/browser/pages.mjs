/*
 * Every public page in every state, in Debian's Chromium: valid HTML, no fault
 * that axe-core finds, whole without JavaScript, no sideways scrolling at
 * 320 px, usable by keyboard, what has the focus never covered, nothing cut
 * with wider text or with text of twice the size, targets large enough, no
 * cookie, nothing loaded from elsewhere.
 *
 * node pages.mjs STATES.json      last line "N passed, N failed"
 *
 *     [{ "name": …, "base": "http://localhost:…", "pages": [{ "path": …, "status": …, "press": …, "fill": … }] }]
 *
 * press: what is pressed when the page is there; looked at is then what comes. fill: what is typed before, "#field=words".
 *
 * Rules of html-validate that are off, each with its reason: GOV.UK Frontend's
 * own markup has role="region" on a section and ul with role (prefer-native-element,
 * no-redundant-role); "<!DOCTYPE html>" in capitals (doctype-style); long titles
 * are the authors' words; telephone numbers keep plain spaces so that they can be
 * copied (tel-non-breaking); our own files carry their hash in their address (require-sri).
 */
import { createRequire } from 'node:module'
import { readFileSync } from 'node:fs'
import { FileSystemConfigLoader, HtmlValidate, esmResolver } from 'html-validate'
import { check, each, finish, inPieces, launch, open, watchMoves } from './lib.mjs'
import { covered, cutText, fixedText, hintRooms, smallTargets, spaceText, watchFocus } from './page_checks.mjs'

const require = createRequire(import.meta.url)
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8')
const states = JSON.parse(readFileSync(process.argv[2]))
const AT_ONCE = 3
const TABS_MAX = 300
let seen = 0 // pictures

const config = JSON.parse(readFileSync(new URL('.htmlvalidate.json', import.meta.url)))
const validator = new HtmlValidate(new FileSystemConfigLoader([esmResolver()], config))
const browser = await launch()

const some = (list) => [...new Set(list)].slice(0, 5).join(' | ')

/* What had the focus, press by press, until it goes round. */
async function walk(page, key) {
  await page.evaluate(watchFocus)
  const links = await page.locator('a[href]:visible, button:visible, input:visible, textarea:visible, [tabindex="0"]:visible').count()
  for (let i = 0; i < Math.min(links + 2, TABS_MAX); i++) await page.keyboard.press(key)
  return page.evaluate(() => { globalThis.lookAtFocus(); return globalThis.focusSeen.slice(1).filter((one) => one) })
}

/* What moved on a page that is there, from its beginning on. */
async function moved(page) {
  await page.evaluate(watchMoves)
  await page.waitForTimeout(200)
  return page.evaluate(() => globalThis.moves)
}

/* The line about the keys: the room that is kept for it is what it takes, before it is there too, whichever it says. */
async function checkHint(page, name) {
  const rooms = await page.evaluate(hintRooms)
  const good = rooms.every((one) => one.kept > 0 && one.kept === one.taken)
  check(`${name} keeps the room that the line about the keys takes`, good, JSON.stringify(rooms))
}

async function checkPage(state, { path: asked, status, press, fill }) {
  const base = state.base
  const path = `${state.name} ${asked}${fill ? `, ${fill}` : ''}${press ? ', pressed' : ''}`
  const page_of = { path: asked, press, fill }
  // Chromium runs axe in pages whose own scripts are off only when evaluation is allowed: JavaScript is on here, and off below.
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } })
  const page = await context.newPage()
  const outside = []
  const complaints = []
  page.on('request', (request) => { if (!request.url().startsWith(base + '/') && !request.url().startsWith('data:')) outside.push(request.url()) })
  page.on('console', (message) => { if (message.type() === 'error' && !/status of [45]/.test(message.text())) complaints.push(message.text()) })
  const response = await open(page, base, page_of)
  const html = await response.text()
  check(`${path} answers ${response.status()}`, status ? status === response.status() : [200, 410].includes(response.status()))

  const report = await validator.validateString(html)
  const faults = report.results.flatMap((r) => r.messages.map((m) => `${m.ruleId} line ${m.line}: ${m.message}`))
  check(`${path} is valid HTML`, report.valid, faults.slice(0, 5).join(' | '))

  /* Before axe, which scrolls the page. */
  const moves = await moved(page)
  const shown = await page.evaluate(() => {
    const wrong = [...document.images].flatMap((e, at) => {
      const lazy = e.loading === 'lazy'
      const below = at > 0 && e.getBoundingClientRect().top + scrollY > innerHeight
      return [!e.getAttribute('width') || !e.getAttribute('height') ? `${e.src} has no width and height` : '',
        at === 0 && lazy ? `${e.src} is the first and waits` : '', below && !lazy ? `${e.src} is below the first screen and does not wait` : '']
    })
    return { wrong: wrong.filter((words) => words), n: document.images.length }
  })
  seen += shown.n
  check(`${path} shows its first picture at once, later ones when they are near, each with its size`, shown.wrong.length === 0, shown.wrong.join(' | '))
  check(`${path} does not move while it loads`, moves.length === 0, some(moves))

  await page.evaluate(axe)
  const result = await page.evaluate(() => globalThis.axe.run(document, {
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']
  }))
  check(`${path} has no fault that axe finds`, result.violations.length === 0,
    result.violations.map((v) => `${v.id} (${v.nodes.map((n) => n.target).join(', ')})`).join(' | '))
  check(`${path} loads nothing from elsewhere`, outside.length === 0, outside.join(' '))
  check(`${path} breaks no rule of its own policy`, complaints.length === 0, complaints.join(' | '))
  check(`${path} sets no cookie but that of a form`, (await context.cookies()).length === (asked === '/feedback' ? 1 : 0))

  const unknown = await page.evaluate(() => {
    const rules = [...document.styleSheets].flatMap((sheet) => [...sheet.cssRules])
    const selectors = rules.flatMap((rule) => [rule, ...(rule.cssRules ?? [])]).map((rule) => rule.selectorText ?? '').join(' ')
    const used = new Set([...document.querySelectorAll('[class]')].flatMap((e) => [...e.classList]))
    /* GOV.UK's own markup has these, and its style sheet nothing for them. */
    const bare = ['govuk-generic-header__container', 'govuk-template__header', 'govuk-template__footer', 'govuk-js-exit-this-page-button', 'govuk-table__body', 'govuk-table__row']
    return [...used].filter((name) => !bare.includes(name) && !selectors.includes('.' + CSS.escape(name)))
  })
  check(`${path} uses no class that the style sheet does not have`, unknown.length === 0, unknown.join(' '))

  /* A form with a mistake begins at its error summary, without a script too; from there one goes on as from the top. */
  const mistaken = (await page.locator('.govuk-error-summary').count()) > 0
  if (mistaken) {
    check(`${path} begins at what has to be put right`, await page.evaluate(() => document.activeElement.className === 'govuk-error-summary'))
    const fields = await page.evaluate(() => [...document.querySelectorAll('.govuk-error-summary a')].every((a) => document.querySelector(a.getAttribute('href'))?.closest('[aria-describedby*=error]')))
    check(`${path} leads from each mistake to its field, which says it too`, fields)
    await page.evaluate(() => { document.querySelector('.govuk-skip-link').focus() })
  }
  /* A page that opens at a part of itself goes on from there. */
  const inside = await page.evaluate(() => Boolean(document.querySelector(':target')))
  await page.evaluate(() => { document.activeElement?.blur() })
  const focus = await walk(page, 'Tab')
  check(`${path} has the skip link first`, mistaken || inside || /Skip to main content/.test(focus[0]?.name), JSON.stringify(focus[0]))
  const links = await page.locator('a[href]:visible').count()
  const names = new Set(focus.map((one) => one.key))
  check(`${path} is reached by keyboard, and shows where one is`, focus.every((one) => one.shown) && names.size >= Math.min(links - 1, TABS_MAX), `${names.size} of ${links}`)
  check(`${path} covers nothing that has the focus`, !focus.some((one) => one.covered || one.outside), some(focus.filter((one) => one.covered || one.outside).map((one) => one.name)))

  await checkHint(page, path)
  /* 400 % of 1280 × 1024: WCAG 1.4.10. Backwards, as then the way out is where the focus comes to. */
  await page.setViewportSize({ width: 320, height: 256 })
  await checkHint(page, `${path} at 320 px`)
  const width = await page.evaluate(() => document.documentElement.scrollWidth)
  check(`${path} does not scroll sideways at 320 px`, width <= 320, `${width} px`)
  const cut = await page.evaluate(cutText)
  check(`${path} cuts no text at 320 px`, cut.length === 0, some(cut))
  const small = await page.evaluate(smallTargets)
  check(`${path} has no target that is too small`, small.length === 0, some(small))
  const over = await page.evaluate(covered)
  check(`${path} leaves two thirds of the window to the page at 400 %`, over.part <= 1 / 3, `${over.pixels} px of 256`)
  const back = await walk(page, 'Shift+Tab')
  check(`${path} covers nothing that has the focus at 400 %`, !back.some((one) => one.covered || one.outside), some(back.filter((one) => one.covered || one.outside).map((one) => one.name)))
  await page.evaluate(spaceText)
  const spaced = await page.evaluate(cutText)
  const wider = await page.evaluate(() => document.documentElement.scrollWidth)
  check(`${path} cuts no text that is spaced wider`, spaced.length === 0 && wider <= 320, `${wider} px ${some(spaced)}`)
  await page.setViewportSize({ width: 1280, height: 900 })
  const fixed = await page.evaluate(fixedText)
  check(`${path} lets all text grow`, fixed.length === 0, some(fixed))
  const large = await page.evaluate(cutText)
  const largest = await page.evaluate(() => document.documentElement.scrollWidth)
  check(`${path} cuts no text of twice the size`, large.length === 0 && largest <= 1280, `${largest} px ${some(large)}`)
  await context.close()

  const bare = await browser.newContext({ viewport: { width: 320, height: 640 }, javaScriptEnabled: false })
  const plain = await bare.newPage()
  await open(plain, base, page_of)
  check(`${path} has a heading without JavaScript`, (await plain.locator('h1:visible').count()) === 1)
  check(`${path} does not say without JavaScript that keys leave it`, (await plain.locator('.candour-exit__hint:visible').count()) === 0)
  await bare.close()
}

/* Pages that a browser paints again and again while they come. */
const SLOWLY = {
  demonstration: ['/', '/search', '/support?for=race', '/topics', '/cookies', '/feedback'],
  one: ['/topics'],
  long: ['/report', '/no-such-page']
}
async function checkSlowly(state, path, width) {
  const server = await inPieces(state.base, 30, 250)
  const context = await browser.newContext({ viewport: { width, height: 900 } })
  const page = await context.newPage()
  await page.goto(server.base + path)
  const moves = await moved(page)
  check(`${state.name} ${path} does not move at ${width} px though it comes tag by tag`, moves.length === 0, some(moves))
  await context.close()
  server.close()
}

await finish(browser, async () => {
  const work = states.flatMap((state) => state.pages.map((page) => [state, page]))
  await each(work, AT_ONCE, async ([state, page]) => {
    try {
      await checkPage(state, page)
    } catch (error) {
      check(`${state.name} ${page.path} is looked at to the end`, false, String(error))
    }
  })
  check('there was a picture to look at', seen > 0)
  const slowly = states.flatMap((state) => (SLOWLY[state.name] ?? []).flatMap((path) => [1280, 320].map((width) => [state, path, width])))
  await each(slowly, AT_ONCE, ([state, path, width]) => checkSlowly(state, path, width))
})
