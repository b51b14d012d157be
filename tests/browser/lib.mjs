/* What the programs beside it share: the browser, what is counted, how pages are opened. */
import { once } from 'node:events'
import { createServer, get } from 'node:http'
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
export const STARTS_MS = 120_000 // on a machine that does much else
export const launch = () => chromium.launch({ executablePath: CHROMIUM, args: QUIET, timeout: STARTS_MS })

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

/* What `question` gives as soon as it is true, or nothing. */
export async function until(question, ms = 10000) {
  const end = Date.now() + ms
  for (;;) {
    const answer = await Promise.resolve().then(question).catch(() => undefined)
    if (answer) return answer
    if (Date.now() > end) return undefined
    await sleep(25)
  }
}

/* `work` with each of `items`, so many at a time; each to its end. */
export async function each(items, at_once, work) {
  const waiting = [...items]
  await Promise.all(Array.from({ length: at_once }, async () => {
    while (waiting.length) await work(waiting.shift())
  }))
}

/* A page of a state: its path, and what is typed and pressed when it is there. */
export async function open(page, base, { path, press, fill }) {
  const response = await page.goto(base + path)
  if (!press) return response
  if (fill) await page.locator(fill.split('=')[0]).fill(fill.split('=')[1])
  const [next] = await Promise.all([page.waitForNavigation(), page.locator(press).click()])
  return next
}

/*
 * Keeps in `moves` what moved on a page from its beginning, without anybody's doing. Not the cells of a table whose columns
 * find their widths by what is in them: whoever sees such a table while its rows come sees them do so, in every browser.
 */
export function watchMoves() {
  globalThis.moves = []
  const where = (rect) => `${Math.round(rect.x)},${Math.round(rect.y)} ${Math.round(rect.width)}x${Math.round(rect.height)}`
  const isOfTable = (node) => {
    const table = (node?.nodeType === Node.TEXT_NODE ? node.parentElement : node)?.closest('table')
    return table && getComputedStyle(table).tableLayout === 'auto'
  }
  const keep = (e) => {
    for (const one of e.sources) if (!isOfTable(one.node)) globalThis.moves.push(`${one.node?.className || one.node?.nodeName} from ${where(one.previousRect)} to ${where(one.currentRect)}`)
    if (e.sources.length === 0) globalThis.moves.push(`something, by ${e.value}`)
  }
  new PerformanceObserver((list) => list.getEntries().forEach(keep)).observe({ type: 'layout-shift', buffered: true })
}

/*
 * A server of the same pages that sends them tag by tag, so slowly that a browser may paint between any two: a busy one
 * paints there too, now and then, though all has come. Words of one element stay together: no browser parts them unless
 * the line does. At most `most` pieces, the last of all that is left.
 */
export async function inPieces(base, pause, most) {
  const server = createServer((request, answer) => {
    get(base + request.url, async (from) => {
      const all = []
      for await (const piece of from) all.push(piece)
      const body = Buffer.concat(all)
      const { 'content-length': _, connection: __, ...heads } = from.headers
      answer.writeHead(from.statusCode, heads)
      const html = body.toString('latin1')
      const start = html.indexOf('<body')
      const pieces = start < 0 ? [] : [html.slice(0, start), ...html.slice(start).match(/<[^>]*>|[^<]+/g)].slice(0, most)
      let at = 0
      for (const piece of pieces) {
        answer.write(body.subarray(at, at += piece.length))
        await sleep(pause)
      }
      answer.end(body.subarray(at))
    })
  })
  server.listen(0, 'localhost')
  await once(server, 'listening')
  return { base: `http://localhost:${server.address().port}`, close: () => { server.closeAllConnections(); server.close() } }
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
