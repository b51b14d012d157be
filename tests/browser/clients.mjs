/*
 * The front as Chromium and Firefox use it: compressed pages, the cache, forms,
 * files, many requests at once. One program drives both, over WebDriver BiDi.
 *
 * node clients.mjs ADDRESS FILE      ADDRESS of the test build's server, FILE to be uploaded
 *                                    last line "N passed, N failed"
 */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import puppeteer from 'puppeteer-core'
import { CHROMIUM, QUIET, STARTS_MS } from './lib.mjs'

const base = process.argv[2].replace(/\/$/, '')
const file = process.argv[3]
const browsers = [
  { browser: 'chrome', executablePath: CHROMIUM, protocol: 'webDriverBiDi', args: QUIET },
  { browser: 'firefox', executablePath: '/usr/bin/firefox-esr' }
]

/* Chromium may be gone before it has answered that it was told to go; nobody waits for that answer. */
process.on('uncaughtException', (error) => {
  if (/Browser\.close/.test(error.message)) return
  console.error(error)
  process.exit(1)
})

let passed = 0
let failed = 0
function check(name, good, detail) {
  if (good) passed++
  else failed++
  console.log(`${good ? 'ok    ' : 'FAILED'} ${name}${good ? '' : `: ${JSON.stringify(detail)}`}`)
}

/* How the page itself came: sizes on the way and unpacked, and over what. */
const arrival = page => page.evaluate(() => {
  const entry = performance.getEntriesByType('navigation')[0]
  return { sent: entry.transferSize, encoded: entry.encodedBodySize, decoded: entry.decodedBodySize, over: entry.nextHopProtocol }
})

async function submit(page) {
  await Promise.all([page.waitForNavigation(), page.evaluate(() => document.querySelector('main form button').click())])
  return page.evaluate(() => document.body.innerText)
}

async function use(name, page) {
  const statuses = []
  page.on('response', response => statuses.push([response.status(), response.url()]))

  await page.goto(`${base}/news`)
  const first = await arrival(page)
  check(`${name}: a page comes compressed over HTTP/1.1`, first.over === 'http/1.1' && first.encoded < first.decoded, first)
  const look = await page.evaluate(() => [document.querySelector('h1').className,
    getComputedStyle(document.querySelector('h1')).fontSize])
  check(`${name}: the style sheet is applied`, look[0] === 'govuk-heading-xl' && look[1] === '48px', look)
  check(`${name}: everything that was asked for was there`, statuses.every(([status]) => status === 200), statuses)

  statuses.length = 0
  await page.reload()
  check(`${name}: a page that has not changed is not sent again`, statuses.find(([, url]) => url === `${base}/news`)?.[0] === 304, statuses)

  const bodies = await page.evaluate(async () => {
    const all = Array.from({ length: 40 }, (_, i) => fetch(i % 2 ? '/news' : '/', { cache: 'no-store' }))
    return Promise.all((await Promise.all(all)).map(async one => [one.status, (await one.text()).length]))
  })
  check(`${name}: forty requests at once have their answers`,
    bodies.every(([status, n], i) => status === 200 && n === bodies[i % 2][1]), bodies)

  await page.goto(`${base}/test/form`)
  await page.type('#name', 'A')
  const wrong = await submit(page)
  const kept = await page.evaluate(() => document.querySelector('#name').value)
  check(`${name}: a form comes back with what was typed and what is wrong`,
    wrong.includes('Enter a name of 2 to 40 characters') && kept === 'A', { wrong, kept })
  await page.goto(`${base}/test/form`)
  await page.type('#name', 'Asha Kümmel')
  await page.select('#answer', 'unsure')
  const good = await submit(page)
  check(`${name}: a form that is right is taken`, good.trim() === 'good Asha Kümmel', good)
  await page.evaluate(() => history.back())
  await page.waitForFunction(() => document.querySelector('h1')?.innerText === 'Form', { timeout: 10000 })
  check(`${name}: back leads to the form`, (await page.evaluate(() => location.pathname)) === '/test/form', '')

  await page.goto(`${base}/test/upload`)
  await (await page.$('#file')).uploadFile(file)
  const taken = await submit(page)
  const hash = createHash('sha256').update(readFileSync(file)).digest('hex')
  check(`${name}: a file arrives as it is`, taken.includes(hash), taken)
}

for (const options of browsers) {
  const browser = await puppeteer.launch({ headless: true, timeout: STARTS_MS, ...options })
  try {
    await use((await browser.version()).replace(/\/@.*/, ''), await browser.newPage())
  } catch (fault) {
    check(`${options.browser}: to the end`, false, String(fault))
  } finally {
    await browser.close()
  }
}
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed ? 1 : 0
