/*
 * Leaving quickly, in a real browser with a window: every numbered fact of docs/quick-exit.md, each yes, no, or not to
 * be tested here. Chromium is driven by Playwright, Firefox over WebDriver BiDi.
 *
 * node quick_exit.mjs chromium|firefox SETTINGS      JSON: base, metrics, log, database, key, cert, port, user, out
 * Writes its results to `out`; last line "N passed, N failed". The other site, to which the exit leads, is served here.
 */
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:https'
import { connect, createServer as createSocketServer } from 'node:net'
import { chromium } from 'playwright-core'
import puppeteer from 'puppeteer-core'
import { CHROMIUM, QUIET, STARTS_MS, sleep, until } from './lib.mjs'

const which = process.argv[2]
const given = JSON.parse(process.argv[3])
const base = given.base
const BUTTON = '.govuk-js-exit-this-page-button'
const TYPED = 'what somebody typed'
const isChromium = which === 'chromium'

/* ---- The other site ---- */

const other = { origin: `https://localhost:${given.port}`, hits: 0, delay: 0, refuse: false, referrers: [] }
other.address = `${other.origin}/weather`
const server = createServer({ key: readFileSync(given.key), cert: readFileSync(given.cert) }, async (req, res) => {
  if (req.url === '/weather') {
    other.hits++
    if (req.headers.referer) other.referrers.push(req.headers.referer)
    if (other.refuse) return req.socket.destroy()
    await sleep(other.delay)
  }
  res.setHeader('Content-Type', 'text/html')
  res.setHeader('Cache-Control', 'no-store')
  res.end(`<!doctype html><html lang="en"><title>Weather</title><h1>${req.url === '/weather' ? 'Rain later' : 'Start'}</h1>`)
})
await new Promise((resolve) => server.listen(given.port, 'localhost', resolve))

/* A slow line to our site: 100 KB a second upwards, so that an upload is under way for long enough. */
const line = { cut: 0, sent: 0 }
const slow = createSocketServer((client) => {
  const up = connect(Number(new URL(base).port), 'localhost')
  let sent = 0
  client.on('data', (bytes) => {
    if (line.closed) return client.destroy()
    line.sent = Math.max(line.sent, sent += bytes.length)
    up.write(bytes)
    client.pause()
    setTimeout(() => client.resume(), line.drain ? 0 : bytes.length / 100)
  })
  up.on('data', (bytes) => client.write(bytes))
  for (const [one, another] of [[client, up], [up, client]]) {
    one.on('error', () => {})
    one.on('close', () => { another.destroy(); if (one === client && sent > 1e5) line.cut = sent })
  }
})
await new Promise((resolve) => slow.listen(0, 'localhost', resolve))

/* ---- The two browsers, as one ---- */

const firefox = (extraPrefsFirefox = {}) => puppeteer.launch({ browser: 'firefox', executablePath: '/usr/bin/firefox-esr', headless: false, acceptInsecureCerts: true, extraPrefsFirefox, timeout: STARTS_MS })
const browser = isChromium
  ? await chromium.launch({ executablePath: CHROMIUM, headless: false, args: QUIET, timeout: STARTS_MS, ignoreDefaultArgs: ['--disable-back-forward-cache'] })
  : await firefox()
const newContext = (options = {}) => isChromium ? browser.newContext({ ignoreHTTPSErrors: true, ...options }) : browser.createBrowserContext()

/* A page of its own for `work`, in a context that nobody had before. */
async function fresh (path, work, options = {}) {
  Object.assign(other, { delay: 0, refuse: false, hits: 0, referrers: [] })
  const context = await newContext(options)
  const page = await context.newPage()
  page.on('dialog', (dialog) => { page.asked = true; dialog.dismiss().catch(() => {}) })
  try {
    if (path) await page.goto(path.startsWith('http') ? path : base + path)
    return await work(page, context)
  } finally {
    await context.close().catch(() => {})
  }
}

const where = (page) => page.evaluate(() => location.href).catch(() => '')
const arrived = (page, ms) => until(async () => (await where(page)) === other.address, ms)
const words = (page) => page.evaluate(() => `${document.title}\n${document.body?.innerText ?? ''}`).catch(() => '')
/* Still on our page a little later, and nobody has asked for the other one. */
async function stays (page) {
  await sleep(400)
  return other.hits === 0 && (await where(page)).startsWith(base)
}
const size = (page, width, height) => isChromium ? page.setViewportSize({ width, height }) : page.setViewport({ width, height })
async function back (page) {
  const before = await where(page)
  await page.evaluate(() => { setTimeout(() => history.back()) })
  await until(async () => { const now = await where(page); return now && now !== before }, 5000)
  await until(() => page.evaluate(() => document.readyState === 'complete'))
}
async function taps (page, ...keys) {
  for (const key of keys) await page.keyboard.press(key)
}
const focusField = (page) => page.evaluate(() => document.querySelector('#name').focus())

/* ---- The facts ---- */

const MADE_UP = isChromium ? '' : 'the keys were made up by a script in the page, because the driver has no such ones'
const results = {}
let passed = 0
let failed = 0
class NotHere extends Error {}
const notHere = (why) => { throw new NotHere(why) }
/*
 * `work` gives true, or what was seen instead. Several calls may have one number. `note` stands in the table beside the
 * answer; where it is { no: reason } we know that it does not hold, and the table says so: then it must not hold.
 */
async function fact (number, words, work, note = '') {
  let result, why
  try {
    const seen = await work()
    result = seen === true ? 'yes' : note.no ? 'known' : 'no'
    why = seen === true ? '' : JSON.stringify(seen)
    if (seen === true && note.no) [result, why] = ['no', 'it holds: take the note away that says it does not']
  } catch (error) {
    result = error instanceof NotHere ? 'untested' : 'no'
    why = error.message
  }
  if (result === 'no') failed++
  else passed++
  console.log(`${{ yes: 'ok    ', no: 'FAILED', untested: 'not   ', known: 'known ' }[result]} ${which} ${number} ${words}${why ? `: ${why}` : ''}`)
  const list = results[number] ??= []
  list.push({ words, result, why: result === 'untested' ? why : result === 'known' ? note.no : result === 'yes' ? note : '' })
}

/* Every page that a link of this site leads to, and those that none does. */
async function everyPage () {
  const found = ['/', '/no-such-page', '/news?after=broken', '/test/form', '/leaving']
  for (let at = 0; at < found.length; at++) {
    const answer = await fetch(base + found[at])
    if (!(answer.headers.get('content-type') ?? '').startsWith('text/html')) { found.splice(at--, 1); continue }
    const html = await answer.text()
    for (const [, href] of html.matchAll(/<a [^>]*?href="(\/[^"#]*)"/g)) {
      const path = href.replaceAll('&amp;', '&')
      if (!found.includes(path) && path !== '/exit' && found.length < 120) found.push(path)
    }
  }
  return found
}
const pages = await everyPage()

const buttonAt = (page) => page.evaluate((selector) => {
  const e = document.querySelector(selector)
  if (!e) return null
  const box = e.getBoundingClientRect()
  const inside = box.top >= 0 && box.left >= 0 && box.bottom <= innerHeight && box.right <= innerWidth
  // Not the outermost points: a scroll bar that lies over the page may have them.
  const points = [[box.left + 16, box.top + 3], [box.right - 16, box.top + 3], [box.left + 16, box.bottom - 3], [box.right - 16, box.bottom - 3], [box.left + box.width / 2, box.top + box.height / 2]]
  return { inside, free: points.every(([x, y]) => e.contains(document.elementFromPoint(x, y))), width: box.width, height: box.height, words: e.innerText.trim() }
}, BUTTON)

await fact(1, 'The button stands on every public page, with errors and on a page that is not there', () => fresh(null, async (page) => {
  const without = []
  for (const path of pages) {
    await page.goto(base + path)
    if (!(await buttonAt(page))?.inside) without.push(path)
  }
  await page.goto(base + '/test/form')
  await page.evaluate(() => document.querySelector('main form button').click())
  await until(async () => (await words(page)).includes('Enter a name'))
  if (!(await buttonAt(page))?.inside) without.push('a form with errors')
  return (without.length === 0 && pages.length > 15) || { without, pages: pages.length }
}))

async function signIn (page) {
  await page.goto(base + '/test/form')
  await page.evaluate((user) => {
    const form = document.createElement('form')
    form.method = 'post'
    form.action = '/test/session'
    const input = document.createElement('input')
    input.name = 'user'
    input.value = user
    form.append(input)
    document.body.append(form)
    form.submit()
  }, given.user)
  await until(async () => (await where(page)).endsWith('/test/private'))
}

await fact(1, 'A page that is for staff alone has none, and Escape does nothing there', () => fresh(null, async (page) => {
  await signIn(page)
  await page.goto(base + '/test/desk')
  if ((await buttonAt(page)) !== null || !(await words(page)).includes('Desk')) return words(page)
  await page.keyboard.press('Escape')
  return stays(page)
}))

await fact(2, 'It is the second stop of the Tab key', () => fresh(null, async (page) => {
  const wrong = []
  for (const path of ['/', '/news', '/report', '/leaving', '/no-such-page', '/test/form']) {
    await page.goto(base + path)
    await page.keyboard.press('Tab')
    await page.keyboard.press('Tab')
    if (!await page.evaluate((selector) => document.activeElement.matches(selector), BUTTON)) wrong.push(path)
  }
  return wrong.length === 0 || wrong
}))

const SIZES = [[1280, 900, 'a wide screen'], [768, 1024, 'a tablet'], [320, 640, '320 px'], [320, 256, '400 % zoom'], [568, 320, 'a phone on its side']]
async function look (page, good) {
  const wrong = []
  for (const [width, height, name] of SIZES) {
    await size(page, width, height)
    for (const path of ['/news', '/report', '/corrections', '/test/form']) {
      await page.goto(base + path)
      for (const part of [0, 0.5, 1]) {
        await page.evaluate((part) => scrollTo(0, part * (document.documentElement.scrollHeight - innerHeight)), part)
        const seen = await buttonAt(page)
        if (!seen || !good(seen)) wrong.push([name, path, part, seen])
      }
    }
  }
  return wrong.length === 0 || wrong.slice(0, 3)
}
await fact(3, 'Nothing ever covers it', () => fresh(null, (page) => look(page, (seen) => seen.free)))
await fact(4, 'It is seen before and after scrolling: on a wide screen, a tablet, at 320 px, at 400 % zoom, on a phone on its side', () => fresh(null, (page) => look(page, (seen) => seen.inside)))

const outlined = (page) => page.evaluate((selector) => {
  const style = getComputedStyle(document.querySelector(selector))
  return matchMedia('(forced-colors: active)').matches && style.borderTopStyle !== 'none' && parseFloat(style.borderTopWidth) >= 1 && style.borderTopColor !== style.backgroundColor
}, BUTTON)
await fact(4, 'It is seen, with an edge, in forced colours', async () => {
  if (isChromium) return fresh('/news', outlined, { forcedColors: 'active' })
  const forced = await firefox({ 'browser.display.document_color_use': 2 })
  try {
    const page = await forced.newPage()
    await page.goto(base + '/news')
    return await outlined(page)
  } finally { await forced.close() }
})
await fact(5, 'It is at least 44 by 44 px', () => fresh(null, (page) => look(page, (seen) => seen.width >= 44 && seen.height >= 44)))
await fact(6, 'It is not printed', async () => {
  if (!isChromium) notHere('WebDriver BiDi gives a printed page as a PDF file alone, which no tool of the tests reads; the rule of the style sheet is the same')
  return fresh('/news', async (page) => {
    await page.emulateMedia({ media: 'print' })
    return !await page.isVisible(BUTTON) && !await page.isVisible('.candour-exit__hint')
  })
})
await fact(7, 'Its words say what it does', () => fresh('/news', async (page) => {
  const said = (await buttonAt(page)).words
  return said === 'Leave this site' || said
}))
await fact(7, 'The first line of the page says what Escape does, and only where the script runs', () => fresh('/news', async (page) => {
  const line = await page.evaluate(() => {
    const hint = document.querySelector('.candour-exit__hint')
    const first = hint.getBoundingClientRect()
    const shown = first.height > 0 && first.top === 0 && hint.innerText
    document.documentElement.classList.remove('candour-exit-works')
    return [shown, getComputedStyle(hint).visibility]
  })
  return (line[0] === 'Quickly leave this site by pressing the Escape key' && line[1] === 'hidden') || line
}))

/* ---- Ways in ---- */

const leaves = (path, act, options) => fresh(path, async (page) => {
  await act(page)
  return (await arrived(page)) === true || where(page)
}, options)
await fact(9, 'A click leaves', () => leaves('/news', (page) => page.click(BUTTON)))
await fact(9, 'A double click leaves once', () => fresh('/news', async (page) => {
  await page.click(BUTTON, isChromium ? { clickCount: 2 } : { count: 2 })
  return ((await arrived(page)) === true && other.hits === 1) || { at: await where(page), hits: other.hits }
}))
await fact(9, 'A click, and Escape, leave from a page that is not there and from one that could not be made', async () => {
  for (const path of ['/no-such-page', '/test/fail/x']) {
    const seen = await fresh(path, async (page) => { await page.click(BUTTON); return (await arrived(page)) === true || where(page) })
    const key = await fresh(path, async (page) => { await page.keyboard.press('Escape'); return (await arrived(page)) === true || where(page) })
    if (seen !== true || key !== true) return { path, seen, key }
  }
  return true
})
await fact(9, 'A click, and Escape, leave while the database is away', async () => {
  renameSync(given.database, given.database + '.away')
  try {
    const path = '/news?after=9.x'
    if (!await until(async () => (await fetch(base + path)).status === 503)) return 'the database is still there'
    const click = await fresh(path, async (page) => { const seen = await words(page); await page.click(BUTTON); return ((await arrived(page)) === true && seen.includes('not available')) || where(page) })
    const key = await fresh(path, async (page) => { await page.keyboard.press('Escape'); return (await arrived(page)) === true || where(page) })
    return (click === true && key === true) || { click, key }
  } finally {
    renameSync(given.database + '.away', given.database)
    await until(async () => (await fetch(base + '/news')).status === 200)
  }
})
await fact(9, 'It leaves from a tab that a link of the site opened', () => fresh('/news', async (page, context) => {
  await page.evaluate((address) => {
    const link = document.createElement('a')
    link.href = address
    link.target = '_blank'
    document.body.append(link)
    link.click()
  }, base + '/report')
  const popup = await until(async () => (await context.pages()).find((one) => one !== page))
  if (!popup) return 'no tab was opened'
  await until(async () => (await where(popup)).endsWith('/report') && (await popup.evaluate(() => document.readyState)) === 'complete')
  await popup.bringToFront()
  await popup.keyboard.press('Escape')
  return (await arrived(popup)) === true || { at: await where(popup) }
}))
await fact(10, 'Enter on it leaves', () => leaves('/news', async (page) => { await page.focus(BUTTON); await page.keyboard.press('Enter') }))
await fact(10, 'The space bar on it leaves', () => leaves('/news', async (page) => { await page.focus(BUTTON); await page.keyboard.press(' ') }))
await fact(11, 'Tab, Tab, Enter from the top of the page leaves: the button stands right behind the skip link', () => leaves('/news', (page) => taps(page, 'Tab', 'Tab', 'Enter')))
await fact(12, 'Escape once leaves', () => leaves('/news', (page) => page.keyboard.press('Escape')))
await fact(12, 'Escape once leaves from inside a field', () => leaves('/test/form', async (page) => { await focusField(page); await page.keyboard.type(TYPED); await page.keyboard.press('Escape') }))

/* The first Escape closes what is open, the second leaves. */
const closes = (open, isOpen) => fresh('/test/form', async (page) => {
  await open(page)
  if (!await until(() => isOpen(page), 3000)) return notHere('it could not be opened by the driver')
  await page.keyboard.press('Escape')
  if (!await stays(page)) return 'the first Escape left'
  if (await isOpen(page)) {
    if (!isChromium) notHere('a driver’s keys go past what Firefox shows outside of the page; the page itself did not leave')
    return 'the first Escape did not close it'
  }
  await page.keyboard.press('Escape')
  return (await arrived(page)) === true || 'the second Escape did not leave'
})
await fact(12, 'Escape that closes a dialog does not leave, the next one does', () => closes(
  (page) => page.evaluate(() => {
    const dialog = document.createElement('dialog')
    dialog.textContent = 'A dialog'
    document.body.append(dialog)
    dialog.showModal()
  }), (page) => page.evaluate(() => document.querySelector('dialog').open)))
await fact(12, 'Escape that closes a box above the page (popover) does not leave, the next one does', () => closes(
  (page) => page.evaluate(() => {
    const box = document.createElement('div')
    box.id = 'box'
    box.popover = 'auto'
    box.textContent = 'A box'
    document.body.append(box)
    box.showPopover()
  }), (page) => page.evaluate(() => document.querySelector('#box').matches(':popover-open'))))
await fact(12, 'Escape that closes a list (select) does not leave, the next one does', () => closes(
  (page) => page.click('#answer'), (page) => page.evaluate(() => CSS.supports('selector(:open)') && document.querySelector('#answer').matches(':open'))))
await fact(12, 'Escape that closes a calendar (date) does not leave, the next one does', () => closes(
  async (page) => {
    await page.evaluate(() => {
      const date = document.createElement('input')
      date.type = 'date'
      date.id = 'date'
      document.querySelector('main').prepend(date)
      date.addEventListener('click', () => date.showPicker())
    })
    await page.click('#date')
    await sleep(500)
  }, (page) => page.evaluate(() => CSS.supports('selector(:open)') && document.querySelector('#date').matches(':open'))))
await fact(12, 'Escape leaves where a part of the page is folded open, which Escape does not close', () => leaves('/test/form', async (page) => {
  await page.evaluate(() => {
    const details = document.createElement('details')
    const summary = document.createElement('summary')
    summary.textContent = 'More'
    details.append(summary, 'Words')
    details.open = true
    document.querySelector('main').prepend(details)
    summary.focus()
  })
  await page.keyboard.press('Escape')
}))
await fact(12, 'Escape that a script of the page takes for something of its own does not leave', () => fresh('/test/form', async (page) => {
  await page.evaluate(() => document.querySelector('#name').addEventListener('keydown', (event) => event.preventDefault()))
  await focusField(page)
  await page.keyboard.press('Escape')
  return stays(page)
}))
await fact(12, 'Escape within an input method does not leave', () => fresh('/test/form', async (page) => {
  await focusField(page)
  if (isChromium) {
    const cdp = await page.context().newCDPSession(page)
    await cdp.send('Input.imeSetComposition', { text: 'にほん', selectionStart: 3, selectionEnd: 3 })
    await cdp.send('Input.dispatchKeyEvent', { type: 'rawKeyDown', key: 'Escape', code: 'Escape', windowsVirtualKeyCode: 229 })
    await cdp.send('Input.dispatchKeyEvent', { type: 'keyUp', key: 'Escape', code: 'Escape', windowsVirtualKeyCode: 229 })
  } else { // made by a script: the driver has no input method
    await page.evaluate(() => document.activeElement.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', code: 'Escape', isComposing: true, bubbles: true, cancelable: true })))
  }
  return stays(page)
}), MADE_UP)
/* The choice on /leaving. */
const line1 = (page) => page.evaluate(() => document.querySelector('.candour-exit__hint').innerText)
const choice = (page) => page.evaluate(() => {
  const button = document.querySelector('#escape-key-turn')
  return { shown: button.getClientRects().length > 0, button: button.innerText, is: document.querySelector('#escape-key-is').innerText, role: document.querySelector('#escape-key-is').getAttribute('role') }
})
const OFF = { shown: true, button: 'Turn the Escape key on', is: 'The Escape key is off. It does not leave this site.', role: 'status' }
const ON = { shown: true, button: 'Turn the Escape key off', is: 'The Escape key is on. It leaves this site.', role: 'status' }
const same = (a, b) => JSON.stringify(a) === JSON.stringify(b)
const turn = async (page) => {
  await page.goto(base + '/leaving')
  await page.focus('#escape-key-turn')
  await page.keyboard.press('Enter')
}
await fact(12, 'Escape can be turned off and on for this visit, by keyboard, on the page that explains it, and its state is marked to be announced', () => fresh('/leaving', async (page) => {
  const seen = [await choice(page)]
  await page.focus('#escape-key-turn')
  for (const key of ['Enter', ' ', ' ']) { await page.keyboard.press(key); seen.push(await choice(page)) }
  const focused = await page.evaluate(() => document.activeElement.id)
  await page.keyboard.press('Escape')
  return (same(seen, [ON, OFF, ON, OFF]) && focused === 'escape-key-turn' && await stays(page)) || { seen, focused }
}))
await fact(12, 'Where it was turned off it does not leave from any page, and the first line of each says so', () => fresh(null, async (page) => {
  await turn(page)
  const seen = [await line1(page)]
  for (const path of ['/news', '/test/form', '/no-such-page']) {
    await page.goto(base + path)
    seen.push(await line1(page))
    await page.keyboard.press('Escape')
    if (!await stays(page)) return { left: path }
  }
  return seen.every((one) => one === 'Escape is off. Press Shift three times to leave') || seen
}))
await fact(12, 'Where it was turned off a page behind the Back button knows it', () => fresh('/test/form', async (page) => {
  await turn(page)
  await back(page)
  const seen = [await where(page), await line1(page)]
  await page.keyboard.press('Escape')
  return (seen[0].endsWith('/test/form') && seen[1].includes('off') && await stays(page)) || seen
}))
for (const [how, act] of [['the button', (page) => page.click(BUTTON)], ['Shift three times', (page) => taps(page, 'ShiftLeft', 'ShiftLeft', 'ShiftLeft')]]) {
  await fact(12, `Where it was turned off, ${how} leaves, and turns it on again`, () => fresh(null, async (page, context) => {
    await turn(page)
    await page.goto(base + '/news')
    await act(page)
    if (!await arrived(page)) return 'did not leave'
    other.hits = 0
    await page.goto(base + '/leaving')
    const after = [await choice(page), await line1(page)]
    await page.keyboard.press('Escape')
    return (same(after[0], ON) && after[1].includes('by pressing the Escape key') && (await arrived(page)) === true) || after
  }))
}
await fact(12, 'No cookie is needed for the choice', () => fresh(null, async (page, context) => {
  await turn(page)
  await page.goto(base + '/news')
  const cookies = await context.cookies()
  return ((await line1(page)).includes('off') && cookies.length === 0) || cookies.map((one) => one.name)
}))
await fact(12, 'Without JavaScript, or where nothing may be stored, the choice is not offered', async () => {
  if (!isChromium) {
    const html = await (await fetch(base + '/leaving')).text()
    return /<div id="escape-key" class="candour-exit-choice" hidden>/.test(html) || 'it is not hidden'
  }
  const plain = await fresh('/leaving', (page) => page.isVisible('#escape-key'), { javaScriptEnabled: false })
  const nothing = await fresh(null, async (page) => {
    await page.addInitScript(() => Object.defineProperty(window, 'sessionStorage', { get () { throw new DOMException('no', 'SecurityError') } }))
    await page.goto(base + '/leaving')
    const shown = await page.isVisible('#escape-key')
    await page.keyboard.press('Escape')
    return shown || !await arrived(page)
  })
  return (!plain && !nothing) || { plain, nothing }
})
await fact(13, 'Shift three times leaves', () => leaves('/news', (page) => taps(page, 'ShiftLeft', 'ShiftLeft', 'ShiftLeft')))
await fact(13, 'Shift three times leaves with left and right mixed', () => leaves('/news', (page) => taps(page, 'ShiftRight', 'ShiftLeft', 'ShiftRight')))
await fact(13, 'Shift three times leaves with one key down before the other is up', () => isChromium ? leaves('/news', async (page) => {
  await page.keyboard.down('ShiftLeft')
  await page.keyboard.down('ShiftRight')
  await page.keyboard.up('ShiftLeft')
  await page.keyboard.up('ShiftRight')
  await page.keyboard.press('ShiftLeft')
}) : notHere('the driver takes the two keys for one that is held'))
await fact(13, 'Shift three times leaves from inside a field', () => leaves('/test/form', async (page) => { await focusField(page); await page.keyboard.type(TYPED); await taps(page, 'ShiftLeft', 'ShiftLeft', 'ShiftRight') }))
await fact(13, 'Typing capitals with Shift does not leave', () => fresh('/test/form', async (page) => {
  await focusField(page)
  for (const letter of ['KeyA', 'KeyB', 'KeyC', 'KeyD']) {
    await page.keyboard.down('ShiftLeft')
    await page.keyboard.press(isChromium ? letter : letter.at(-1))
    await page.keyboard.up('ShiftLeft')
  }
  const typed = await page.evaluate(() => document.querySelector('#name').value)
  return (await stays(page) && typed === 'ABCD') || typed
}))
await fact(13, 'Shift twice, a letter and Shift once does not leave', () => fresh('/test/form', async (page) => {
  await focusField(page)
  await taps(page, 'ShiftLeft', 'ShiftLeft', 'x', 'ShiftLeft')
  return stays(page)
}))
await fact(14, 'The shift of a screen’s keyboard does nothing', () => fresh('/test/form', async (page) => {
  await focusField(page)
  if (isChromium) {
    const cdp = await page.context().newCDPSession(page)
    for (let i = 0; i < 6; i++) await cdp.send('Input.dispatchKeyEvent', { type: i % 2 ? 'keyUp' : 'rawKeyDown', key: 'Shift', code: '', windowsVirtualKeyCode: i < 3 ? 16 : 229 })
  } else { // made by a script: the driver has real keys only
    await page.evaluate(() => {
      for (let i = 0; i < 6; i++) document.activeElement.dispatchEvent(new KeyboardEvent(i % 2 ? 'keyup' : 'keydown', { key: 'Shift', code: '', bubbles: true }))
    })
  }
  return stays(page)
}), MADE_UP)
await fact(15, 'Without JavaScript the button is a link that leaves', async () => {
  if (isChromium) return fresh('/news', async (page) => { await page.click(BUTTON); return (await until(() => page.url() === other.address)) === true || page.url() }, { javaScriptEnabled: false })
  other.hits = 0
  const plain = await firefox({ 'javascript.enabled': false })
  try {
    const page = await plain.newPage()
    for (let i = 0; i < 5 && other.hits === 0; i++) { // nothing can be asked of the page, so it may not be there yet
      await page.goto(base + '/news', { waitUntil: 'domcontentloaded', timeout: 5000 }).catch(() => {})
      await sleep(500 * i)
      await taps(page, 'Tab', 'Tab', 'Enter')
      await until(() => other.hits > 0, 3000)
    }
    return other.hits > 0 || 'nobody asked for the other site'
  } finally { await plain.close() }
})
await fact(16, 'It leaves while a file is being sent, and sending stops', () => fresh(`http://localhost:${slow.address().port}/test/upload`, async (page) => {
  await page.evaluate(() => {
    const form = new FormData(document.querySelector('main form'))
    form.set('file', new Blob([new Uint8Array(7e6)]), 'file')
    fetch('/test/upload', { method: 'POST', body: form }).catch(() => {})
  })
  if (!await until(() => line.sent > 2e5)) return 'nothing was sent'
  await page.keyboard.press('Escape')
  const left = await arrived(page, 3000)
  line.drain = true // what stands in the buffers of this machine
  return (left === true && (await until(() => line.cut > 0, 5000)) === true && line.cut < 7e6) || { at: await where(page), line }
}))
await fact(17, 'It leaves while another page is waited for', () => fresh('/news', async (page) => {
  await page.evaluate(() => { setTimeout(() => { location.href = '/test/slow?ms=5000' }) })
  await sleep(300)
  const began = Date.now()
  await page.keyboard.press('Escape')
  return (await arrived(page, 3000)) === true || { after: Date.now() - began, at: await where(page) }
}))
await fact(18, 'No question is asked, also when something was typed', () => fresh('/test/form', async (page) => {
  await focusField(page)
  await page.keyboard.type(TYPED)
  await page.click(BUTTON)
  if (!await arrived(page) || page.asked) return { asked: page.asked }
  const html = await (await fetch(base + '/test/form')).text()
  const scripts = [...html.matchAll(/<script async src="([^"]*)"/g)].map(([, src]) => src)
  const asking = []
  for (const src of scripts) if ((await (await fetch(base + src)).text()).includes('beforeunload')) asking.push(src)
  return (scripts.length > 0 && asking.length === 0) || { scripts, asking }
}))

/* ---- The screen while the other site is waited for ---- */

/*
 * Escape on a form with something typed, while the other site takes 5 s. `observe` runs in the page 600 ms later and
 * says what it sees by the console: a driver's own questions wait in Chromium until the load is over.
 */
const waiting = (observe, meanwhile) => fresh('/test/form', async (page) => {
  other.delay = 5000
  let seen
  page.on('console', (message) => { if (message.text().startsWith('seen ')) seen = JSON.parse(message.text().slice(5)) })
  await focusField(page)
  await page.keyboard.type(TYPED)
  await page.evaluate(`{
    let began = 0
    let emptyAfter
    window.addEventListener('keydown', () => {
      if (began) return
      began = performance.now()
      setTimeout(() => console.log('seen ' + JSON.stringify((${observe})(emptyAfter))), 600)
    }, true)
    const frame = () => {
      if (began && emptyAfter === undefined && document.body.childNodes.length === 0) emptyAfter = performance.now() - began
      requestAnimationFrame(frame)
    }
    frame()
  }`)
  await page.keyboard.press('Escape')
  await meanwhile?.(page)
  await until(() => seen !== undefined)
  return seen ?? 'nothing was seen'
})
await fact(19, 'The content is gone within 100 ms though the other site takes 5 s', async () => {
  const after = await waiting((emptyAfter) => emptyAfter)
  return (after <= 100 && other.hits === 1) || { after, hits: other.hits }
})
async function beforeScript(page, width, off) {
  if (off) await turn(page)
  await size(page, width, 900)
  let go
  const wait = new Promise((resolve) => { go = resolve })
  const held = (url) => /\/exit-|\/exit\.[^/]*js/.test(url)
  let asked = false
  await page.route((url) => held(url.pathname), async (route) => { asked = true; await wait; await route.continue() })
  const look = () => page.evaluate(() => {
    const line = document.querySelector('.candour-exit__hint')
    return { words: (document.styleSheets.length && document.querySelector('h1')?.innerText) || '', top: document.querySelector('h1')?.getBoundingClientRect().top, line: getComputedStyle(line).visibility === 'visible' && getComputedStyle(line).display !== 'none', says: line.innerText, way: document.querySelector('.govuk-js-exit-this-page-button').getAttribute('href') }
  })
  const loaded = page.goto(base + '/test/form').catch(() => {})
  if (!await until(() => asked)) { go(); return 'the script was not asked for' }
  const before = await until(async () => { const seen = await Promise.race([look().catch(() => null), sleep(3000)]); return seen && seen.words !== '' ? seen : false })
  go()
  await loaded
  if (!before) return 'the page waited for the script'
  if (!await until(() => page.evaluate(() => document.documentElement.classList.contains('candour-exit-works')))) return 'the script never ran'
  const after = await look()
  if (off) await page.click(BUTTON)
  else await page.keyboard.press('Escape')
  return (!before.line && before.way === '/exit' && after.line && after.says.includes('off') === off && Math.abs(after.top - before.top) < 2 && (await arrived(page)) === true) || { before, after, at: await where(page) }
}
await fact(12, 'Before the script is there the button leads out, no line says that the keys work, and nothing moves when it comes', async () => {
  if (!isChromium) notHere('WebDriver BiDi cannot be relied on to hold a script back while its page is drawn')
  for (const [width, off] of [[1280, false], [1280, true], [320, false], [320, true]]) {
    const seen = await fresh(null, (page) => beforeScript(page, width, off))
    if (seen !== true) return { width, off, seen }
  }
  return true
})
await fact(20, 'Title and icon say nothing', async () => {
  const seen = await waiting(() => [document.title, ...[...document.querySelectorAll('link')].map((e) => e.href)])
  return seen.join() === 'Loading,data:,' || seen
})
await fact(21, 'Nothing is left to focus or to read', async () => {
  const seen = await waiting(() => ({ focus: document.activeElement?.tagName ?? 'BODY', text: document.documentElement.textContent, elements: document.querySelectorAll('*').length }),
    (page) => taps(page, 'Tab', 'Tab'))
  return (['BODY', 'HTML'].includes(seen.focus) && seen.text === 'Loading' && seen.elements === 5) || seen
})
const stopped = (act) => fresh('/test/form', async (page) => {
  other.delay = 3000
  await page.evaluate(() => { window.addEventListener('keydown', () => setTimeout(() => window.stop(), 500), { once: true }) })
  await page.keyboard.press('Escape')
  await until(() => other.hits > 0)
  return act(page)
})
await fact(22, 'A load that was stopped is begun again', () => stopped(async (page) => {
  await sleep(1000)
  other.delay = 0
  return ((await arrived(page, 20000)) === true && other.hits > 1) || { hits: other.hits, at: await where(page) }
}))
await fact(22, 'Escape again and again does not stop it', () => fresh('/test/form', async (page) => {
  other.delay = 2000
  for (let i = 0; i < 4; i++) {
    await page.keyboard.press('Escape')
    await sleep(200)
  }
  return ((await arrived(page)) === true && other.hits === 1) || { hits: other.hits, at: await where(page) }
}))
await fact(23, 'Where the other site cannot be reached, nothing of the page comes back', () => fresh('/test/form', async (page) => {
  other.refuse = true
  await focusField(page)
  await page.keyboard.type(TYPED)
  await page.keyboard.press('Escape')
  await until(() => other.hits > 0)
  await sleep(2500)
  const seen = await words(page)
  return (other.hits > 0 && !/Midshire|Form|police/i.test(seen) && !seen.includes(TYPED)) || seen
}))

const cutOff = (good) => fresh(`http://localhost:${slow.address().port}/test/form`, async (page) => {
  await focusField(page)
  await page.keyboard.type(TYPED)
  line.closed = true
  await page.keyboard.press('Escape')
  await sleep(3000)
  line.closed = false
  return good(await words(page))
})
await fact(23, 'Where this site itself cannot be reached any more, nothing of the page comes back', () => cutOff((seen) => (!/Midshire|Form|police/i.test(seen) && !seen.includes(TYPED)) || seen))
await fact(23, 'Where this site itself cannot be reached any more, the browser’s own message does not name it', () => {
  if (!isChromium) notHere('a driver cannot read Firefox’s own message')
  return cutOff((seen) => !seen.includes('localhost') || seen)
}, { no: 'the message is the browser’s, and says which address could not be loaded' })

/* ---- Afterwards ---- */

await fact(24, 'Back, three times, never shows the page that was left; what was kept of the pages before it is gone', () => fresh(`${other.origin}/start`, async (page) => {
  await page.goto(base + '/news')
  await page.evaluate(() => { window.kept = true })
  await page.goto(base + '/test/form')
  await focusField(page)
  await page.keyboard.type(TYPED)
  await page.keyboard.press('Escape')
  if (!await arrived(page)) return 'did not leave'
  const seen = []
  for (let i = 0; i < 3; i++) {
    await back(page)
    seen.push([await where(page), await page.evaluate(() => window.kept === true), (await page.content()).includes(TYPED)])
  }
  const at = seen.map(([address]) => address)
  const good = at[0] === `${base}/news` && at[1] === `${other.origin}/start` && seen.every(([address, kept, typed]) => !address.endsWith('/test/form') && !kept && !typed)
  return good || seen
}))
await fact(24, 'Without JavaScript, too, Back does not show the page that was left', () => {
  if (!isChromium) notHere('a driver cannot ask Firefox anything without JavaScript')
  return fresh('/report', async (page) => {
    await page.click(BUTTON)
    await until(() => page.url() === other.address)
    await page.goBack({ waitUntil: 'commit' })
    await sleep(500)
    return !page.url().startsWith(base) || page.url()
  }, { javaScriptEnabled: false })
}, { no: 'a link cannot take the page that it stands on out of the history' })
await fact(24, 'A tab that is opened again after it was closed does not show it', () => notHere('neither driver can press the browser’s own keys for that'))
await fact(25, 'Nothing that was typed comes back', () => fresh('/test/form', async (page) => {
  await focusField(page)
  await page.keyboard.type(TYPED)
  await page.keyboard.press('Escape')
  if (!await arrived(page)) return 'did not leave'
  await page.goto(base + '/test/form')
  const anew = await page.evaluate(() => document.querySelector('#name').value)
  await back(page)
  await back(page)
  const after = await page.content()
  return (anew === '' && !after.includes(TYPED)) || { anew, after: after.slice(0, 200) }
}))
await fact(26, 'The other site is not told where somebody came from', () => fresh('/report', async (page) => {
  await page.click(BUTTON)
  if (!await arrived(page)) return 'did not leave'
  const referrer = await page.evaluate(() => document.referrer)
  return (referrer === '' && other.referrers.length === 0) || { referrer, sent: other.referrers }
}))
await fact(27, 'The other site has no hold on a page that opened this one', () => fresh(`${other.origin}/start`, async (page, context) => {
  await page.evaluate((address) => { window.open(address) }, base + '/news')
  const popup = await until(async () => (await context.pages()).find((one) => one !== page))
  await until(async () => (await where(popup)).startsWith(base))
  await popup.bringToFront()
  await until(() => popup.evaluate((selector) => document.querySelector(selector) !== null, BUTTON))
  await popup.evaluate((selector) => document.querySelector(selector).click(), BUTTON)
  if (!await arrived(popup)) return { at: await where(popup) }
  return await popup.evaluate(() => window.opener === null)
}))
await fact(28, 'Cookies, storage and caches are empty', () => fresh('/test/form', async (page, context) => {
  await page.evaluate(async () => {
    localStorage.setItem('a', '1')
    sessionStorage.setItem('a', '1')
    await (await caches.open('a')).put('/a', new Response('1'))
    await new Promise((resolve) => { const asked = indexedDB.open('a'); asked.onsuccess = () => { asked.result.close(); resolve() } })
  })
  const ours = async () => (await context.cookies()).filter((cookie) => cookie.domain.includes('localhost')).length
  const before = await ours()
  await page.keyboard.press('Escape')
  if (!await arrived(page)) return 'did not leave'
  const cookies = await ours()
  await page.goto(base + '/news')
  const kept = await page.evaluate(async () => [localStorage.length, sessionStorage.length, (await caches.keys()).length, (await indexedDB.databases()).length])
  return (before > 0 && cookies === 0 && kept.every((n) => n === 0)) || { before, cookies, kept }
}))
await fact(29, 'The session is dead on the server', () => fresh(null, async (page, context) => {
  await signIn(page)
  const cookie = (await context.cookies()).find((one) => one.name.endsWith('candour-session'))
  const asks = async () => (await fetch(base + '/test/private', { headers: { Cookie: `${cookie.name}=${cookie.value}` } })).status
  const before = await asks()
  await page.goto(base + '/news')
  await page.keyboard.press('Escape')
  if (!await arrived(page)) return 'did not leave'
  const after = await until(async () => { const status = await asks(); return status === 403 && status }, 3000)
  return (before === 200 && after === 403) || { before, after }
}))
await fact(30, 'It leads to the site that the force has set, and to no other', () => fresh('/news', async (page) => {
  await page.click(BUTTON)
  return (await arrived(page)) === true && (await words(page)).includes('Rain later')
}))
await fact(31, 'No tab is left behind, also with the middle button of the mouse', () => fresh('/news', async (page, context) => {
  const before = (await context.pages()).length
  await page.click(BUTTON, { button: 'middle' })
  if (!await arrived(page)) return { at: await where(page) }
  await sleep(300)
  return (await context.pages()).length === before
}))

/* ---- Honest ---- */

await fact(34, 'What it does and does not do is explained on a page that every page links to', async () => {
  const without = []
  for (const path of pages) if (!(await (await fetch(base + path)).text()).includes('href="/leaving"')) without.push(path)
  return without.length === 0 || without
})
const explained = await fresh('/leaving', words)
const says = (...sentences) => { const missing = sentences.filter((one) => !explained.includes(one)); return missing.length === 0 || missing }
await fact(35, 'It says that the history is not erased', () => says('It does not delete your browser history', 'Your history will still show that you visited this site', 'the Back button may still lead to them'))
await fact(36, 'It says what happens to what was typed', () => says('What you typed into a page and did not send is thrown away', 'What you sent before you left has reached us'))
await fact(37, 'It says how to come back', () => says('How to come back', 'Type the address of this site again'))
await fact(38, 'It never says “safe”, “secure” or “no trace”', () => {
  const found = explained.match(/\b(un)?safe\w*|\bsecure\w*|\btraces?\b|\banonymous\w*|\buntraceable\b/gi)
  return found === null || found
})
await fact(39, 'It is neither counted nor logged', async () => {
  const counted = async () => (await (await fetch(given.metrics)).text()).split('\n').filter((line) => /^candour_(requests_total|request_duration_seconds|page_cache_total|page_renders_total)/.test(line)).join('\n')
  const [before, log] = [await counted(), readFileSync(given.log).length]
  for (const headers of [{}, { Cookie: 'candour-session=none' }]) await fetch(base + '/exit', { redirect: 'manual', headers })
  await fetch(base + '/exit?from=here', { redirect: 'manual', method: 'HEAD' })
  const after = await counted()
  await fetch(base + '/news')
  const later = await counted()
  return (before === after && later !== after && readFileSync(given.log).length === log && !readFileSync(given.log, 'utf8').includes('exit')) || { before, after }
})

const version = isChromium ? `Chromium ${browser.version()}` : (await browser.version()).replace(/^firefox\//i, 'Firefox ')
await browser.close()
server.close()
slow.close()
writeFileSync(given.out, JSON.stringify({ version, results }))
console.log(`${passed} passed, ${failed} failed`)
process.exit(failed ? 1 : 0)
