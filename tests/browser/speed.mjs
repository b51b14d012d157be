/*
 * Lighthouse's figures of time, for bench/lighthouse.py: not a test, since a machine that does other work makes them worse.
 *
 * node speed.mjs ROUNDS FOLDER ADDRESS
 *
 * In each round every page once, each in a browser that was just started, Lighthouse's own mobile setting (a slow
 * telephone on slow 4G, simulated). FOLDER is served beside them, with brotli as candour does, and its /index.html judged
 * in each round too. Prints one line of JSON a visit: {page, performance, lcp, bytes, requests, picture, version, browser};
 * the last page is called "peer".
 *
 * Lighthouse takes the time that a page's work took here and makes four times of it. Where Debian's package
 * chromium-headless-shell is there, that browser is taken: the same Chromium without its own window, whose processes would
 * do their work in the same moments and on the same few processors as the page.
 */
import { createServer } from 'node:http'
import { readFileSync, existsSync, statSync } from 'node:fs'
import { extname, join, normalize } from 'node:path'
import { brotliCompressSync } from 'node:zlib'
import puppeteer from 'puppeteer-core'
import { CHROMIUM, QUIET } from './lib.mjs'
import { judged, six } from './lighthouse.mjs'

const [rounds, folder, base] = process.argv.slice(2)
const TYPES = { '.html': 'text/html; charset=utf-8', '.css': 'text/css', '.js': 'text/javascript', '.svg': 'image/svg+xml', '.woff2': 'font/woff2' }
const COMPRESSED = ['.html', '.css', '.js', '.svg']

const ready = new Map()
function file(path) {
  const from = join(folder, normalize(path))
  if (!ready.has(path) && existsSync(from) && statSync(from).isFile()) {
    const body = readFileSync(from)
    const small = COMPRESSED.includes(extname(path))
    ready.set(path, {
      head: { 'content-type': TYPES[extname(path)] ?? 'application/octet-stream', 'cache-control': 'public, max-age=31536000', ...(small && { 'content-encoding': 'br' }) },
      body: small ? brotliCompressSync(body) : body
    })
  }
  return ready.get(path)
}
const server = createServer((req, res) => {
  const found = file(new URL(req.url, 'http://localhost').pathname)
  res.writeHead(found ? 200 : 404, found?.head).end(found?.body)
})
await new Promise((resolve) => server.listen(0, 'localhost', resolve))

const SHELL = '/usr/bin/chromium-headless-shell'
const alone = existsSync(SHELL)
const start = { executablePath: alone ? SHELL : CHROMIUM, headless: alone ? 'shell' : true, args: QUIET }
const pages = [...(await six(base)).map((path) => [path, base + path]), ['peer', `http://localhost:${server.address().port}/index.html`]]
for (let round = 0; round < Number(rounds); round++) {
  for (const [name, address] of pages) {
    const browser = await puppeteer.launch(start)
    const lhr = await judged(browser, address, ['performance'])
    console.log(JSON.stringify({
      page: name,
      performance: Math.round(lhr.categories.performance.score * 100),
      lcp: lhr.audits['largest-contentful-paint'].numericValue,
      bytes: lhr.audits['total-byte-weight'].numericValue,
      requests: lhr.audits['network-requests'].details.items.length,
      picture: lhr.audits['network-requests'].details.items.some((item) => item.resourceType === 'Image'),
      version: lhr.lighthouseVersion,
      browser: `${await browser.version()}${alone ? ' without a window' : ''}`
    }))
    await browser.close()
  }
}
server.close()
