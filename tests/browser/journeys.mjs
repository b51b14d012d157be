/*
 * The ways of a reader through the site, as a reader goes them: without
 * JavaScript by what can be seen and clicked, and with the keyboard alone; each
 * on a wide window and at 400 % of it (320 × 256, WCAG 1.4.10).
 *
 * node journeys.mjs STATES.json      last line "N passed, N failed"
 *
 * On every page on the way: nothing scrolls sideways, and what has the focus can be seen, is marked and not covered.
 */
import { readFileSync } from 'node:fs'
import { check, each, finish, launch } from './lib.mjs'
import { watchFocus } from './page_checks.mjs'

const states = JSON.parse(readFileSync(process.argv[2]))
const base = (name) => states.find((state) => state.name === name).base
const site = base('demonstration')
const AWAY = 'https://www.bbc.co.uk/weather' // where the way out leads without a setting
const TABS_MAX = 120
const PATIENCE = 30000 // of a busy machine
const windows = [
  { words: 'on a wide window', viewport: { width: 1280, height: 1024 } },
  { words: 'at 400 %', viewport: { width: 320, height: 256 } }
]
const browser = await launch()

/* ---- With a mouse or a finger, and no JavaScript ---- */

const strands = ['Race', 'Religion', 'Sexual orientation', 'Disability', 'Transgender identity']
/* What somebody who knows nothing wants, the links that they press, and what is there then. */
const steps = [
  ['what a hate crime is', ['What is a hate crime'], /five strands/],
  ['how to report one', ['Report hate crime'], /Call 999[\s\S]*Call 101/],
  ...strands.map((strand) => [`who helps with hate about ${strand.toLowerCase()}`, ['Get support', strand], new RegExp(`\n${strand}\n`)]),
  ['what the force corrected', ['What we got wrong', /^The lights on the river path/], /Corrected \d[\s\S]*what was wrong/],
  ['what the force withdrew', ['What we got wrong', 'Posts that we withdrew'], /Sam, 30[\s\S]*withdrawn/i]
]

async function click(page, name) {
  const link = page.locator('main').getByRole('link', { name, exact: typeof name === 'string' }).first()
  await Promise.all([page.waitForNavigation(), link.click({ timeout: PATIENCE })])
}

async function clicked(window, [what, links, there]) {
  const context = await browser.newContext({ viewport: window.viewport, javaScriptEnabled: false })
  const page = await context.newPage()
  try {
    await page.goto(site + '/')
    const widths = [await page.evaluate(() => document.documentElement.scrollWidth)]
    for (const name of links) {
      await click(page, name)
      widths.push(await page.evaluate(() => document.documentElement.scrollWidth))
    }
    const words = await page.locator('main').innerText()
    check(`without JavaScript, ${window.words}: ${what} is ${links.length === 1 ? 'one step' : 'two steps'} away`, links.length <= 2 && there.test(words), words.slice(0, 200))
    check(`without JavaScript, ${window.words}: no page on the way to ${what} scrolls sideways`, widths.every((width) => width <= window.viewport.width), widths.join(' '))
  } catch (error) {
    check(`without JavaScript, ${window.words}: ${what}`, false, String(error).split('\n')[0])
  }
  await context.close()
}

/* A made-up case: a mistake, put right, an entry more and one less, and from a reason to the row that it rests on. */
async function tried(window) {
  const name = `without JavaScript, ${window.words}: a made-up case`
  const context = await browser.newContext({ viewport: window.viewport, javaScriptEnabled: false })
  const page = await context.newPage()
  const press = (what) => Promise.all([page.waitForNavigation(), page.locator(what).first().click({ timeout: PATIENCE })])
  const widths = []
  const wide = async () => widths.push(await page.evaluate(() => document.documentElement.scrollWidth))
  try {
    await page.goto(site + '/how-we-decide')
    await click(page, 'Try a made-up case')
    await page.fill('#dates-incident-day', '31')
    await page.fill('#dates-incident-month', '2')
    await page.fill('#dates-incident-year', '2022')
    await page.selectOption('#conduct-1-act', 'words')
    for (const label of ['conduct-1-threatening', 'conduct-1-towards-person', 'conduct-1-fear-of-immediate-violence', 'reporter-role', 'hostility-strands', 'hostility-perceived-by']) await page.click(`label[for=${label}]`)
    await press('button[value=answer]')
    await wide()
    check(`${name}: a mistake is said first, and leads to its field`, (await page.locator('.govuk-error-summary a[href="#dates-incident-day"]').count()) === 1 && (await page.title()).startsWith('Error: '))
    await page.fill('#dates-incident-day', '10')
    await press('button[value=add]')
    check(`${name}: another thing stands where the page opens`, (await page.evaluate(() => document.querySelector(':target')?.textContent)) === 'What was done: 2 of 2')
    await page.selectOption('#conduct-2-act', 'graffiti')
    await press('button[value=remove-2]')
    await wide()
    const kept = [await page.inputValue('#conduct-1-act'), await page.isChecked('#conduct-1-threatening'), await page.locator('#conduct-2-act').count()]
    check(`${name}: one is taken away, the other stays`, String(kept) === 'words,true,0', String(kept))
    await press('button[value=answer]')
    await wide()
    check(`${name}: the answer stands where the page opens`, (await page.evaluate(() => document.querySelector(':target')?.textContent)) === 'The answer: hate crime')
    const question = page.locator('#questions ~ ol a').first()
    const field = (await question.getAttribute('href')).slice(1)
    check(`${name}: a question leads to its field`, (await page.locator(`[id="${field}"]`).count()) === 1)
    await press('a:has-text("The row that it rests on")')
    await wide()
    const row = await page.evaluate(() => document.querySelector(':target')?.nextElementSibling?.textContent)
    check(`${name}: a reason leads to its row, with what it cites`, /reason:.*instrument:.*verified:/s.test(row ?? ''), row)
    check(`${name}: nothing scrolls sideways`, widths.every((width) => width <= window.viewport.width), widths.join(' '))
  } catch (error) {
    check(name, false, `${page.url()} ${String(error).split('\n')[0]}`)
  }
  await context.close()
}

/* ---- With the keyboard alone ---- */

class Reader {
  constructor(page, window) {
    this.page = page
    this.window = window
    this.wrong = []
  }

  async arrive(address) {
    await this.page.goto(address)
    await this.here()
  }

  /* Each page on the way: its width, and an eye on the focus. */
  async here() {
    const width = await this.page.evaluate(() => document.documentElement.scrollWidth)
    if (width > this.window.viewport.width) this.wrong.push(`${new URL(this.page.url()).pathname} is ${width} px wide`)
    await this.page.evaluate(watchFocus)
  }

  /* What has the focus: its words, and what is wrong with how it can be seen. */
  async focus() {
    const one = await this.page.evaluate(() => {
      globalThis.lookAtFocus()
      const e = document.activeElement
      return { ...globalThis.focusSeen.at(-1), words: (e.innerText || '').trim(), id: e.id, main: Boolean(e.closest('main')) }
    })
    for (const [word, said] of [['covered', 'is covered'], ['outside', 'is outside of the window']]) if (one[word]) this.wrong.push(`“${one.name}” ${said}`)
    if (one.shown === false) this.wrong.push(`“${one.name}” does not show that it has the focus`)
    return one
  }

  async tab(wanted) {
    for (let i = 0; i < TABS_MAX; i++) {
      await this.page.keyboard.press('Tab')
      const one = await this.focus()
      if (wanted(one)) return one
    }
    throw new Error(`not reached with ${TABS_MAX} tabs: ${wanted}`)
  }

  /* To the words, or to what has the id; in the main part unless it is said. */
  to(what, anywhere = false) {
    return this.tab((one) => (anywhere || one.main) && (what instanceof RegExp ? what.test(one.words) : one.words === what || one.id === what))
  }

  async press(key) {
    await Promise.all([this.page.waitForNavigation({ timeout: PATIENCE }), this.page.keyboard.press(key)])
    if (this.page.url().startsWith('http://localhost')) await this.here()
  }

  heading() {
    return this.page.locator('h1').innerText()
  }
}

/* Name, and what is done; each gives whether it came to its end. */
const journeys = [
  ['the skip link leads into the page', async (reader) => {
    await reader.arrive(site + '/support')
    await reader.tab(() => true)
    await reader.page.keyboard.press('Enter')
    const next = await reader.tab(() => true)
    return next.main
  }],
  ['from the first page to who helps with one strand', async (reader) => {
    await reader.arrive(site + '/')
    await reader.to('Get support')
    await reader.press('Enter')
    await reader.to('Disability')
    await reader.press('Enter')
    const first = await reader.page.locator('h2.govuk-heading-l').first().innerText()
    const chosen = await reader.page.locator('[aria-current]').allInnerTexts()
    return first === 'Disability' && chosen.includes('Disability')
  }],
  ['words are looked for, and the first post is read', async (reader) => {
    await reader.arrive(site + '/')
    await reader.to('q')
    await reader.page.keyboard.type('river lights')
    await reader.press('Enter')
    const result = await reader.to(/lights on the river path/i)
    await reader.press('Enter')
    return result.words.endsWith(await reader.heading())
  }],
  ['feedback: a mistake, put right, sent', async (reader) => {
    await reader.arrive(site + '/about')
    await reader.to('Feedback', true)
    await reader.press('Enter')
    await reader.to('Send feedback')
    await reader.press('Enter')
    const summary = await reader.page.evaluate(() => document.activeElement.className)
    const title = await reader.page.title()
    const link = await reader.tab(() => true)
    await reader.page.keyboard.press('Enter')
    const field = await reader.focus()
    await reader.page.keyboard.type('The list is long.')
    await reader.to('Send feedback')
    await reader.press('Space')
    const good = summary === 'govuk-error-summary' && title.startsWith('Error: ') && link.main && field.id === 'words'
    return good && new URL(reader.page.url()).pathname === '/feedback/sent'
  }],
  ['a made-up case is filled in, and a reason is followed to its row', async (reader) => {
    await reader.arrive(site + '/how-we-decide')
    await reader.to('Try a made-up case')
    await reader.press('Enter')
    for (const [field, words] of [['dates-incident-day', '10'], ['dates-incident-month', '10'], ['dates-incident-year', '2022']]) {
      await reader.to(field)
      await reader.page.keyboard.type(words)
    }
    await reader.press('Enter')
    const answer = await reader.page.locator('#answer').innerText()
    await reader.to(/^The row that it rests on/)
    await reader.press('Enter')
    return answer === 'The answer: more facts are needed' && new URL(reader.page.url()).hash.includes('-row-')
  }],
  ['from a post back to the list', async (reader) => {
    await reader.arrive(site + '/news')
    await reader.to('Free bike marking at Hartley market')
    await reader.press('Enter')
    const post = await reader.heading()
    await reader.tab((one) => one.words === 'News' && !one.main)
    await reader.press('Enter')
    return post === 'Free bike marking at Hartley market' && new URL(reader.page.url()).pathname === '/news'
  }],
  ['to older posts and to the newest again', async (reader) => {
    await reader.arrive(base('many') + '/news')
    const newest = await reader.page.locator('main h2').first().innerText()
    const seen = new Set()
    for (let i = 0; i < 2; i++) {
      for (const title of await reader.page.locator('main h2').allInnerTexts()) seen.add(title)
      await reader.to(/^Older/)
      await reader.press('Enter')
    }
    for (const title of await reader.page.locator('main h2').allInnerTexts()) seen.add(title)
    await reader.to(/newest/i)
    await reader.press('Enter')
    return seen.size >= 60 && newest === await reader.page.locator('main h2').first().innerText()
  }],
  ['a wide table is scrolled by arrows', async (reader) => {
    await reader.arrive(site + '/topics')
    await reader.page.evaluate(() => { document.querySelector('.candour-scroll').style.width = '200px' })
    await reader.tab((one) => one.main)
    for (let i = 0; i < 3; i++) await reader.page.keyboard.press('ArrowRight')
    await reader.page.waitForFunction(() => document.activeElement.scrollLeft > 0, null, { timeout: PATIENCE })
    return true
  }],
  ...['Enter', 'Space'].map((key) => [`the way out is the second stop, and ${key} leaves`, async (reader) => {
    await reader.arrive(site + '/support?for=race')
    await reader.tab(() => true)
    const second = await reader.tab(() => true)
    await Promise.all([reader.page.waitForRequest((request) => request.url() === AWAY, { timeout: PATIENCE }), reader.page.keyboard.press(key)])
    return second.words.startsWith('Leave this site')
  }])
]

async function typed(window, [what, work]) {
  const name = `keyboard alone, ${window.words}: ${what}`
  const context = await browser.newContext({ viewport: window.viewport })
  const page = await context.newPage()
  const reader = new Reader(page, window)
  try {
    check(name, await work(reader), page.url())
    check(`${name}: on the way all can be seen`, reader.wrong.length === 0, [...new Set(reader.wrong)].slice(0, 5).join(' | '))
  } catch (error) {
    check(name, false, `${page.url()} ${String(error).split('\n')[0]}`)
  }
  await context.close()
}

await finish(browser, async () => {
  const work = windows.flatMap((window) => [...steps.map((one) => [clicked, window, one]), [tried, window], ...journeys.map((one) => [typed, window, one])])
  await each(work, 3, ([how, window, one]) => how(window, one))
})
