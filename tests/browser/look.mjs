/*
 * Dark pages, colours that the reader chose, paper, and a look of the force's own, in Debian's Chromium.
 *
 * node look.mjs ADDRESS ADDRESS-WITH-ITS-OWN-LOOK ADDRESS-OF-THE-TEST-BUILD      last line "N passed, N failed"
 *
 * axe-core measures what is shown; what no tool can see (the colour of visited links, of a link under the pointer) is
 * computed from the custom properties that the style sheet sets.
 */
import { createRequire } from 'node:module'
import { readFileSync } from 'node:fs'
import { check, finish, launch } from './lib.mjs'

const require = createRequire(import.meta.url)
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8')
const [base, own, test] = process.argv.slice(2)
const DECISION = '/test/decision'
const OWN_COLOUR = 'rgb(91, 44, 111)'

function luminance(colour) {
  const parts = colour.startsWith('#')
    ? [1, 3, 5].map((at) => parseInt((colour.length === 4 ? colour.replace(/[0-9a-f]/gi, '$&$&') : colour).slice(at, at + 2), 16))
    : colour.match(/[\d.]+/g).slice(0, 3).map(Number)
  const [r, g, b] = parts.map((part) => part / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
  return 0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05
}
const contrast = (a, b) => Math.max(luminance(a), luminance(b)) / Math.min(luminance(a), luminance(b))

const browser = await launch()

async function open(address, media, width = 1280) {
  const context = await browser.newContext({ viewport: { width, height: 900 } })
  const page = await context.newPage()
  const complaints = []
  page.on('console', (message) => { if (message.type() === 'error' && !message.text().includes('status of 4')) complaints.push(message.text()) })
  await page.emulateMedia(media)
  const requests = []
  page.on('request', (request) => requests.push(request.url()))
  await page.goto(address)
  return { context, page, complaints, requests }
}

async function axeContrast(page) {
  await page.evaluate(axe)
  const result = await page.evaluate(() => globalThis.axe.run(document, { runOnly: { type: 'rule', values: ['color-contrast', 'link-in-text-block'] } }))
  return result.violations.map((v) => `${v.id} (${v.nodes.map((n) => `${n.target}: ${n.any[0]?.message}`).join(', ')})`).join(' | ')
}

/* Every stop of the keyboard: that something is seen there, and that words on a ground of their own can be read. */
async function focusFaults(page) {
  const stops = await page.evaluate(() => {
    const found = []
    for (const e of document.querySelectorAll('a[href], button, input:not([type=hidden]), textarea, [tabindex="0"]')) {
      e.focus({ focusVisible: true })
      if (document.activeElement !== e) continue
      const style = getComputedStyle(e)
      const shown = (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== 'none'
      found.push({ what: e.outerHTML.slice(0, 80), shown, ink: style.color, ground: style.backgroundColor, words: e.textContent.trim() !== '' })
    }
    return found
  })
  return stops.filter((s) => !s.shown || (s.words && /^rgb\(/.test(s.ground) && contrast(s.ink, s.ground) < 4.5)).map((s) => `${s.what} ${s.ink} on ${s.ground}`)
    .concat(stops.length > 5 ? [] : ['too few stops'])
}

async function properties(page) {
  return page.evaluate(() => {
    const style = getComputedStyle(document.documentElement)
    const names = ['text', 'secondary-text', 'link', 'link-visited', 'link-hover', 'link-active', 'error', 'success', 'input-border', 'brand', 'surface-text', 'focus', 'focus-text', 'body-background', 'surface-background', 'template-background']
    return Object.fromEntries(names.map((name) => [name, style.getPropertyValue(`--govuk-${name}-colour`).trim()]))
  })
}

async function pairs(address, scheme) {
  const { context, page } = await open(address + '/', { colorScheme: scheme })
  const of = await properties(page)
  const inks = ['text', 'secondary-text', 'link', 'link-visited', 'link-hover', 'link-active', 'error', 'success']
  const weak = []
  for (const ground of ['body-background', 'surface-background', 'template-background']) {
    for (const ink of inks) if (contrast(of[ink], of[ground]) < 4.5) weak.push(`${ink} on ${ground}: ${contrast(of[ink], of[ground]).toFixed(2)}`)
    for (const line of ['input-border', 'brand']) if (contrast(of[line], of[ground]) < 3) weak.push(`${line} on ${ground}: ${contrast(of[line], of[ground]).toFixed(2)}`)
  }
  if (contrast(of.focus, of['focus-text']) < 4.5) weak.push('the words of what has the focus')
  check(`${scheme}${address === own ? ', own look' : ''}: every ink holds on every ground`, weak.length === 0, weak.join(' | '))
  check(`${scheme}${address === own ? ', own look' : ''}: the page says that it knows both schemes`, await page.evaluate(() => document.querySelector('meta[name=color-scheme]').content === 'light dark' && getComputedStyle(document.documentElement).colorScheme === 'light dark'))
  await context.close()
}

async function dark(path, address = base) {
  const { context, page } = await open(address + path, { colorScheme: 'dark' })
  const faults = await axeContrast(page)
  check(`${path} in dark has no words that are hard to read`, faults === '', faults)
  const shown = await page.evaluate(() => ({
    ground: getComputedStyle(document.body).backgroundColor,
    pictures: [...document.images].filter((e) => { for (let at = e; at; at = at.parentElement) { const s = getComputedStyle(at); if (s.filter !== 'none' || s.opacity !== '1' || s.mixBlendMode !== 'normal') return true } return false }).map((e) => e.src)
  }))
  check(`${path} in dark is dark, and its pictures are as they were taken`, luminance(shown.ground) < 0.1 && shown.pictures.length === 0, JSON.stringify(shown))
  const lost = await focusFaults(page)
  check(`${path} in dark shows where the keyboard is`, lost.length === 0, lost.join(' | '))
  await context.close()
}

/* In forced colours grounds are taken away: what they set apart must have a line, and all that is pressed a border. */
async function forced(path, scheme, address = base) {
  const { context, page } = await open(address + path, { forcedColors: 'active', colorScheme: scheme })
  const bare = await page.evaluate(() => {
    const ground = getComputedStyle(document.body).backgroundColor
    const parts = '.govuk-button, .govuk-input, .govuk-textarea, .govuk-tag, .candour-disclosure, .govuk-inset-text, .govuk-notification-banner, .govuk-error-summary, .candour-difference del, .candour-difference ins, mark'
    return [...document.querySelectorAll(parts)].filter((e) => {
      const s = getComputedStyle(e)
      const line = (side) => s[`border${side}Style`] !== 'none' && parseFloat(s[`border${side}Width`]) > 0 && s[`border${side}Color`] !== ground && !/^rgba\(.*, 0\)$/.test(s[`border${side}Color`])
      const outline = s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) > 0 && s.outlineColor !== ground
      return !outline && !['Top', 'Right', 'Bottom', 'Left'].some(line)
    }).map((e) => e.outerHTML.slice(0, 80))
  })
  check(`${path} in forced colours (${scheme}) keeps lines around what a ground set apart`, bare.length === 0, bare.join(' | '))
  const lost = await focusFaults(page)
  check(`${path} in forced colours (${scheme}) shows where the keyboard is`, lost.length === 0, lost.join(' | '))
  await context.close()
}

async function paper(path) {
  const { context, page } = await open(base + path, { media: 'print', colorScheme: 'dark' })
  const seen = await page.evaluate(() => {
    const shown = (e) => e.getClientRects().length > 0
    const all = (selector) => [...document.querySelectorAll(selector)]
    return {
      kept: all('.govuk-exit-this-page, .candour-exit__hint, .govuk-service-navigation, .govuk-breadcrumbs, .govuk-pagination, .govuk-skip-link, form, .govuk-footer li').filter(shown).map((e) => e.className || e.tagName),
      banners: all('.govuk-phase-banner').filter(shown).map((e) => e.querySelector('.govuk-tag').textContent),
      lost: all('h1, .govuk-generic-header__homepage-link, .candour-disclosure, .candour-difference, .govuk-notification-banner, .govuk-inset-text').filter((e) => !shown(e)).map((e) => e.className || e.tagName),
      bare: all('main a[href^="/"], main a[href^="http"]').filter(shown).filter((e) => getComputedStyle(e, '::after').content !== `" (${e.getAttribute('href')})"` && getComputedStyle(e, '::after').content !== `" (" attr(href) ")"`).map((e) => e.outerHTML.slice(0, 120)),
      ground: getComputedStyle(document.body).backgroundColor,
      ink: getComputedStyle(document.querySelector('h1')).color,
      from: all('.candour-on-paper').filter(shown).map((e) => e.textContent)[0]
    }
  })
  check(`${path} on paper has no exit button, no navigation and no form`, seen.kept.length === 0, seen.kept.join(' | '))
  check(`${path} on paper says that it is of a demonstration, and not that it is new`, seen.banners.join() === 'Demonstration', seen.banners.join())
  check(`${path} on paper keeps its heading, its labels and what was corrected`, seen.lost.length === 0, seen.lost.join(' | '))
  check(`${path} on paper writes addresses out`, seen.bare.length === 0, seen.bare.join(' | '))
  check(`${path} on paper is black on white, also where the screen is dark`, contrast(seen.ink, '#ffffff') > 20 && ['rgb(255, 255, 255)', 'rgba(0, 0, 0, 0)'].includes(seen.ground), `${seen.ink} on ${seen.ground}`)
  if (path.startsWith('/news/')) check(`${path} on paper says where it stands on the web`, seen.from?.endsWith(path) && seen.from.startsWith('http'), String(seen.from))
  await context.close()
}

/* A decision table: the rule that matched is told by a word that is seen, in any colours; a wide one stays in its frame, and on paper on the page. */
async function decision(media, width) {
  const { context, page } = await open(test + DECISION, media, width)
  const seen = await page.evaluate(() => {
    const rows = [...document.querySelectorAll('.candour-rules__matched')]
    const frames = [...document.querySelectorAll('.candour-rules')]
    const wide = frames.filter((e) => e.scrollWidth > e.clientWidth)
    const box = (e) => e.getBoundingClientRect()
    for (const e of wide) e.scrollLeft = e.scrollWidth
    return {
      rows: rows.length,
      told: rows.filter((e) => e.getAttribute('aria-current') === 'true' && e.querySelector('th .govuk-tag')?.textContent === 'Matched' && box(e.querySelector('.govuk-tag')).width > 40).length,
      frames: frames.length,
      reached: frames.filter((e) => e.tabIndex === 0 && e.getAttribute('role') === 'region' && document.getElementById(e.getAttribute('aria-labelledby'))?.tagName === 'CAPTION').length,
      wide: wide.length,
      /* Scrolled to its end, it still says which rule a row is, what is noted behind it, and which table it is. */
      kept: wide.filter((e) => [...e.querySelectorAll('tr > :first-child:not(.candour-rules__notes), .candour-rules__note, caption')].every((one) => box(one).left >= box(e).left - 1 && box(one).left < box(e).left + 2)).length,
      beside: frames.flatMap((e) => [...e.querySelectorAll('td, th, caption')]).filter((e) => box(e).right > document.documentElement.clientWidth + 1).length,
      page: document.documentElement.scrollWidth
    }
  })
  const name = `a decision table, ${width} px, ${JSON.stringify(media)}`
  check(`${name}: every rule that matched says so`, seen.rows > 10 && seen.told === seen.rows, JSON.stringify(seen))
  check(`${name}: every table is in a frame that has a name and is reached by the keyboard`, seen.frames > 10 && seen.reached === seen.frames, JSON.stringify(seen))
  if (media.media) check(`${name}: the whole table is on the paper`, seen.wide === 0 && seen.beside === 0, JSON.stringify(seen))
  else check(`${name}: a wide table scrolls in its frame, and keeps its names in sight`, seen.wide > 0 && seen.kept === seen.wide && seen.page <= width, JSON.stringify(seen))
  await context.close()
}

async function ownLook() {
  for (const scheme of ['light', 'dark']) {
    const { context, page, complaints, requests } = await open(own + '/', { colorScheme: scheme }, 320)
    const look = await page.evaluate(() => {
      const logo = document.querySelector('.govuk-generic-header img')
      const box = logo.getBoundingClientRect()
      return { ground: getComputedStyle(document.querySelector('.govuk-generic-header')).backgroundColor, alt: logo.alt, loaded: logo.naturalWidth, width: box.width, height: box.height, line: getComputedStyle(document.querySelector('.govuk-footer')).borderTopColor, page: getComputedStyle(document.body).backgroundColor, wide: document.documentElement.scrollWidth }
    })
    check(`own look, ${scheme}: the header has the force's colour, and white words hold on it`, look.ground === OWN_COLOUR && contrast(OWN_COLOUR, '#ffffff') >= 4.5, look.ground)
    check(`own look, ${scheme}: lines have it, too, and are seen`, contrast(look.line, look.page) >= 4.5 && (scheme === 'dark' || look.line === OWN_COLOUR), `${look.line} on ${look.page}`)
    check(`own look, ${scheme}: the logo is there in its size, with the force's name`, look.loaded === 480 && look.width === 160 && look.height === 40 && look.alt === 'A force with a rather long name' && look.wide <= 320, JSON.stringify(look))
    check(`own look, ${scheme}: at most 6 requests, and no rule of our own policy broken`, requests.length <= 6 && complaints.length === 0, requests.concat(complaints).join(' | '))
    const faults = await axeContrast(page)
    check(`own look, ${scheme}: nothing is hard to read`, faults === '', faults)
    await page.locator('.govuk-generic-header a').focus()
    const ground = await page.evaluate(() => getComputedStyle(document.querySelector('.candour-logo')).backgroundColor)
    check(`own look, ${scheme}: the logo keeps its ground when it has the focus`, ground === OWN_COLOUR, ground)
    await context.close()
  }
  for (const media of [{ forcedColors: 'active' }, { media: 'print' }]) {
    const { context, page } = await open(own + '/', media)
    const ground = await page.evaluate(() => getComputedStyle(document.querySelector('.candour-logo')).backgroundColor)
    check(`own look: a white logo is seen ${media.media ? 'on paper' : 'in forced colours'}`, ground === OWN_COLOUR, ground)
    await context.close()
  }
}

await finish(browser, async () => {
  const first = await browser.newContext()
  const page = await first.newPage()
  await page.goto(base + '/withdrawn')
  const withdrawn = await page.locator('main a[href^="/news/"]').first().getAttribute('href')
  await page.goto(base + '/news')
  let labelled
  for (const link of await page.locator('main a[href^="/news/2"]').evaluateAll((all) => all.map((e) => e.getAttribute('href')))) {
    await page.goto(base + link)
    if (await page.locator('.candour-disclosure').count()) { labelled = link; break }
  }
  await first.close()
  check('there is a post with a label, and one that was withdrawn', labelled && withdrawn, `${labelled} ${withdrawn}`)
  for (const address of [base, own]) for (const scheme of ['light', 'dark']) await pairs(address, scheme)
  const paths = ['/', '/news', '/news/2026/the-lamp', labelled, withdrawn, '/news/2026/jo-41-2', '/feedback', '/search?q=%01', '/search?q=river', '/hate-crime', '/topics', '/corrections', '/report', '/no-such-page']
  for (const path of paths) await dark(path)
  for (const scheme of ['light', 'dark']) for (const path of ['/', '/news/2026/the-lamp', labelled, withdrawn, '/search?q=%01', '/search?q=river']) await forced(path, scheme)
  for (const path of ['/', '/news', '/news/2026/the-lamp', labelled, withdrawn, '/report', '/support', '/topics', '/feedback']) await paper(path)
  await dark(DECISION, test)
  for (const scheme of ['light', 'dark']) await forced(DECISION, scheme, test)
  for (const width of [320, 768, 1280]) await decision({ colorScheme: 'light' }, width)
  await decision({ colorScheme: 'dark', forcedColors: 'active' }, 320)
  await decision({ media: 'print' }, 720)
  await ownLook()
})
