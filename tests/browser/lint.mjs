/*
 * What other people's tools say of the public pages: pa11y (HTML_CodeSniffer, WCAG 2 AA) of every page, Lighthouse of a
 * page of each kind: accessibility, best practices and SEO at 100. No test of time here: bench/lighthouse.py has that.
 *
 * node lint.mjs ADDRESS FILE      last line "N passed, N failed"; FILE: JSON, the pages as {path, …}
 *
 * No rule is off. One Chromium for all. pa11y takes several pages at once, because it waits half a second for each to become quiet.
 */
import { readFileSync } from 'node:fs'
import puppeteer from 'puppeteer-core'
import pa11y from 'pa11y'
import { CHROMIUM, QUIET, STARTS_MS, check, each, finish } from './lib.mjs'
import { SIX, judged, six } from './lighthouse.mjs'

const AT_ONCE = 3
const PERFECT = ['accessibility', 'best-practices', 'seo']

const base = process.argv[2].replace(/\/$/, '')
const pages = JSON.parse(readFileSync(process.argv[3]))
const browser = await puppeteer.launch({ executablePath: CHROMIUM, args: QUIET, timeout: STARTS_MS })

async function sniff(path) {
  const { issues } = await pa11y(base + path, { browser, standard: 'WCAG2AA', runners: ['htmlcs'] })
  check(`${path} has no fault that pa11y finds`, issues.length === 0,
    issues.slice(0, 5).map((i) => `${i.code} at ${i.selector}: ${i.message}`).join(' | '))
}

/* A tool that finds nothing anywhere has not looked: a page with one fault of each kind. */
async function sniffsAtAll() {
  const page = await browser.newPage()
  await page.goto(`${base}/about`)
  await page.evaluate(() => {
    document.querySelector('html').removeAttribute('lang')
    const [, , pale] = ['img', 'input', 'p'].map((name) => document.querySelector('main').appendChild(document.createElement(name)))
    pale.textContent = 'pale'
    Object.assign(pale.style, { color: '#999', background: '#fff' })
  })
  const { issues } = await pa11y(`${base}/about`, { browser, page, ignoreUrl: true, runners: ['htmlcs'] })
  const found = ['H57.2', 'H37', 'F68', 'G18.Fail'].filter((code) => issues.some((i) => i.code.includes(code)))
  check('pa11y finds a missing language, a picture without words, a field without a label and pale words', found.length === 4, found.join(' '))
  await page.close()
}

async function judge(path) {
  const lhr = await judged(browser, base + path, PERFECT)
  for (const category of PERFECT) {
    const wrong = lhr.categories[category].auditRefs.map((ref) => lhr.audits[ref.id]).filter((audit) => audit.score !== null && audit.score < 1)
    check(`${path} has 100 of Lighthouse for ${category}`, lhr.categories[category].score === 1, wrong.map((audit) => audit.id).join(' '))
  }
  check(`${path} was judged without a warning`, lhr.runWarnings.length === 0, lhr.runWarnings.join(' '))
}

await finish(browser, async () => {
  const chosen = await six(base)
  await sniffsAtAll()
  await each(pages, AT_ONCE, ({ path }) => sniff(path))
  for (const path of chosen) await judge(path)
  check('six pages of different kinds were judged', chosen.length === SIX)
})
