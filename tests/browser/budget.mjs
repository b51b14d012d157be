/*
 * What a public page may cost who reads it on a telephone: bytes as they come over the wire, heads included, measured
 * by Chromium with an empty cache, and the number of requests. And every page says the same without JavaScript.
 *
 * node budget.mjs ADDRESS FILE      last line "N passed, N failed"; FILE: JSON, the pages as {path, status}
 *
 * KB are 1,000 bytes. The icon counts. Every picture is loaded, also those that wait until somebody scrolls to them.
 */
import { readFileSync } from 'node:fs'
import { check, finish, launch } from './lib.mjs'

const KB = 1000
const OF_THE_SCRIPT = '#escape-key' // turns off a key that does nothing without the script
const BYTES_MAX = 60 * KB // without pictures
const REQUESTS_MAX = 6 // with pictures
const PICTURE_MAX = 45 * KB
const PHONE = { viewport: { width: 375, height: 812 }, deviceScaleFactor: 3, isMobile: true } // the finest screens

const base = process.argv[2].replace(/\/$/, '')
const pages = JSON.parse(readFileSync(process.argv[3]))
const browser = await launch()

/* Every request of one visit: {address, type, bytes, status}. */
async function visit(path) {
  const context = await browser.newContext(PHONE)
  const page = await context.newPage()
  const line = await context.newCDPSession(page)
  const requests = new Map()
  line.on('Network.requestWillBeSent', (e) => {
    if (!e.request.url.startsWith('data:')) requests.set(e.requestId, { address: e.request.url, type: e.type, bytes: NaN })
  })
  line.on('Network.responseReceived', (e) => { if (requests.has(e.requestId)) Object.assign(requests.get(e.requestId), { type: e.type, status: e.response.status }) })
  line.on('Network.loadingFinished', (e) => { if (requests.has(e.requestId)) requests.get(e.requestId).bytes = e.encodedDataLength })
  await line.send('Network.enable')
  await line.send('Network.setCacheDisabled', { cacheDisabled: false })
  await page.goto(base + path, { waitUntil: 'load' })
  await page.evaluate(async () => {
    for (const picture of document.images) {
      picture.loading = 'eager'
      await picture.decode()
    }
  })
  await page.evaluate((which) => document.querySelector(which)?.remove(), OF_THE_SCRIPT)
  const words = await said(page)
  const icon = await page.locator('link[rel=icon]').evaluate((e) => e.href)
  const whole = () => [...requests.values()].every((r) => r.bytes > 0) && [...requests.values()].some((r) => r.address === icon)
  for (let i = 0; i < 60 && !whole(); i++) await page.waitForTimeout(50)
  const came = whole()
  await context.close()
  return { requests: [...requests.values()], whole: came, words }
}

/* What a reader sees and can use: the words of the page (the exit button says less where its key does nothing), and each
   control with where it leads. */
function said(page) {
  return page.evaluate(() => [...document.querySelector('main').innerText.split('\n').map((line) => line.trim()).filter((line) => line),
    ...[...document.querySelectorAll('a[href], button, input, select, textarea, summary')]
      .filter((e) => e.checkVisibility({ visibilityProperty: true }))
      .map((e) => `${e.tagName} ${e.getAttribute('href') ?? e.name ?? ''} ${e.textContent.trim()}`)])
}

async function withoutScript(path) {
  const context = await browser.newContext({ ...PHONE, javaScriptEnabled: false })
  const page = await context.newPage()
  await page.goto(base + path)
  const words = await said(page)
  await context.close()
  return words
}

const kb = (bytes) => `${(bytes / KB).toFixed(1)} KB`
const largest = { page: { bytes: 0 }, picture: { bytes: 0 }, requests: { n: 0 } }

async function checkPage({ path, status }) {
  const { requests, whole, words } = await visit(path)
  const pictures = requests.filter((r) => r.type === 'Image')
  const rest = requests.filter((r) => r.type !== 'Image')
  const bytes = rest.reduce((sum, r) => sum + r.bytes, 0)
  const parts = rest.map((r) => `${new URL(r.address).pathname} ${kb(r.bytes)}`).join(', ')
  check(`${path} was measured whole`, whole && (status ? [status] : [200, 410]).includes(rest[0].status), parts)
  check(`${path} is at most ${kb(BYTES_MAX)} without its pictures`, bytes <= BYTES_MAX, `${kb(bytes)}: ${parts}`)
  check(`${path} takes at most ${REQUESTS_MAX} requests`, requests.length <= REQUESTS_MAX, requests.map((r) => r.address).join(' '))
  for (const picture of pictures) {
    check(`${path}: a picture at the width of a telephone is at most ${kb(PICTURE_MAX)}`, picture.bytes <= PICTURE_MAX, `${picture.address} ${kb(picture.bytes)}`)
    if (picture.bytes > largest.picture.bytes) largest.picture = { path, bytes: picture.bytes }
  }
  if (bytes > largest.page.bytes) largest.page = { path, bytes, parts }
  if (requests.length > largest.requests.n) largest.requests = { path, n: requests.length }
  const without = await withoutScript(path)
  const missing = words.filter((one) => !without.includes(one))
  check(`${path} says and offers the same without JavaScript`, missing.length === 0 && without.length === words.length, missing.slice(0, 3).join(' | '))
}

await finish(browser, async () => {
  for (const one of pages) await checkPage(one)
  check('there was a picture to weigh', largest.picture.bytes > 0)
  console.log(`the largest page: ${largest.page.path}, ${kb(largest.page.bytes)} without pictures (${largest.page.parts})`)
  console.log(`the largest picture at the width of a telephone: ${kb(largest.picture.bytes)} on ${largest.picture.path}`)
  console.log(`the most requests: ${largest.requests.n} on ${largest.requests.path}`)
})
