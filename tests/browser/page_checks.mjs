/*
 * What is looked at inside a page. Each function is given to the browser as it
 * stands, so it uses nothing from around it, and gives a list of what is wrong.
 */

/*
 * Text that cannot be read: outside the box of an element that cuts what it
 * holds and does not scroll, or outside the page. What is for screen readers
 * alone is left out. `zoomed`: the page's width is that of the window.
 */
export function cutText() {
  const wrong = []
  const seen = new Set()
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  const range = document.createRange()
  while (walker.nextNode()) {
    const node = walker.currentNode
    const parent = node.parentElement
    if (!node.data.trim() || !parent.checkVisibility({ visibilityProperty: true }) || parent.closest('.govuk-visually-hidden, script, svg, option')) continue
    if (parent.closest('.govuk-skip-link:not(:focus)')) continue
    range.selectNodeContents(node)
    const box = range.getBoundingClientRect()
    let scrolls = false
    let why = ''
    for (let e = parent; e && e !== document.body; e = e.parentElement) {
      const style = getComputedStyle(e)
      const around = e.getBoundingClientRect()
      if (/auto|scroll/.test(style.overflowX)) { scrolls = true; break }
      if (style.textOverflow === 'ellipsis') why = 'ends in …'
      if (/hidden|clip/.test(style.overflowX) && (box.left < around.left - 1 || box.right > around.right + 1)) why = `cut at the side by ${e.tagName}.${e.className}`
      if (/hidden|clip/.test(style.overflowY) && (box.top < around.top - 1 || box.bottom > around.bottom + 1)) why = `cut below by ${e.tagName}.${e.className}`
    }
    if (!scrolls && (box.left < -1 || box.right > document.documentElement.clientWidth + 1)) why = why || 'beside the page'
    if (why && !seen.has(parent)) wrong.push(`“${node.data.trim().slice(0, 40)}” ${why}`)
    seen.add(parent)
  }
  /* A control's own words are cut when they need more room than it has: buttons grow, they do not scroll. */
  for (const e of document.querySelectorAll('button, [role=button]')) {
    const around = e.getBoundingClientRect()
    range.selectNodeContents(e)
    const box = range.getBoundingClientRect()
    if (e.checkVisibility() && (box.left < around.left || box.right > around.right || box.top < around.top || box.bottom > around.bottom)) wrong.push(`the button “${e.textContent.trim().slice(0, 40)}” is smaller than its words`)
  }
  return wrong
}

/* The spacing that WCAG 1.4.12 names, as a reader's own style sheet would set it. */
export function spaceText() {
  const sheet = new CSSStyleSheet()
  sheet.replaceSync('* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important } p { margin-bottom: 2em !important }')
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet]
}

/* Twice the size of text alone, as a reader sets it in the browser; gives what did not grow. */
export function fixedText() {
  const sizes = new Map()
  for (const e of document.querySelectorAll('body *'))
    if (e.checkVisibility() && [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim()) && !e.closest('svg, [aria-hidden=true]')) sizes.set(e, parseFloat(getComputedStyle(e).fontSize))
  const sheet = new CSSStyleSheet()
  sheet.replaceSync('html { font-size: 200% !important }')
  document.adoptedStyleSheets = [sheet]
  return [...sizes].flatMap(([e, before]) => {
    const now = parseFloat(getComputedStyle(e).fontSize)
    return now < before * 1.99 ? [`${e.tagName}.${e.className} has ${now} px, had ${before}`] : []
  })
}

/*
 * Targets under 24 px (44 for the way out), but for those of WCAG 2.5.8: in a
 * sentence, or with so much room around that a circle of 24 px meets no other.
 */
export function smallTargets() {
  const all = [...document.querySelectorAll('a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex="0"]')]
    .filter((e) => e.checkVisibility({ visibilityProperty: true }) && !e.matches('.govuk-skip-link'))
  const boxes = all.map((e) => e.getBoundingClientRect())
  const wrong = []
  const inSentence = (e) => {
    const block = e.closest('p, li, dd, dt, td, th, div, figcaption')
    return getComputedStyle(e).display === 'inline' && block && block.textContent.trim().length > e.textContent.trim().length + 1
  }
  const near = (b, x, y) => Math.hypot(Math.max(b.left - x, 0, x - b.right), Math.max(b.top - y, 0, y - b.bottom))
  all.forEach((e, i) => {
    const b = boxes[i]
    const name = e.textContent.trim().slice(0, 40) || e.name
    if (e.matches('.govuk-js-exit-this-page-button') && (b.width < 44 || b.height < 44)) wrong.push(`the way out is ${b.width} × ${b.height} px`)
    if ((b.width >= 24 && b.height >= 24) || inSentence(e)) return
    const x = b.left + b.width / 2
    const y = b.top + b.height / 2
    const small = (o) => o.width < 24 || o.height < 24
    const meets = boxes.some((o, j) => i !== j && !all[j].contains(e) && !e.contains(all[j]) &&
      (near(o, x, y) < 12 || (small(o) && Math.hypot(o.left + o.width / 2 - x, o.top + o.height / 2 - y) < 24)))
    if (meets) wrong.push(`“${name}” is ${Math.round(b.width)} × ${Math.round(b.height)} px`)
  })
  return wrong
}

/* Looks at what has the focus when the next key comes, and keeps what it saw in `focusSeen`. */
export function watchFocus() {
  globalThis.focusSeen = []
  if (globalThis.lookAtFocus) return
  globalThis.lookAtFocus = () => {
    const e = document.activeElement
    if (!e || e === document.body) return globalThis.focusSeen.push(null)
    const style = getComputedStyle(e)
    const box = e.getBoundingClientRect()
    const exit = e.closest('.candour-exit') ? null : document.querySelector('.govuk-exit-this-page__button')?.getBoundingClientRect()
    const hint = e.closest('.candour-exit') ? null : document.querySelector('.govuk-exit-this-page')?.getBoundingClientRect()
    const over = (o) => o && o.width && o.height && box.left < o.right - 1 && box.right > o.left + 1 && box.top < o.bottom - 1 && box.bottom > o.top + 1
    const room = innerHeight - (hint && hint.width > innerWidth / 2 ? Math.max(hint.bottom, 0) : 0)
    globalThis.focusSeen.push({
      key: e.outerHTML.slice(0, 300) + Math.round(box.top + scrollY),
      name: (e.textContent.trim() || e.name || e.className).slice(0, 60),
      shown: (style.outlineStyle !== 'none' || style.boxShadow !== 'none') && box.width > 0 && box.height > 0,
      /* What is taller than the room there is begins where it can be seen, or ends there. */
      covered: (over(exit) || over(hint)) && box.height < room,
      outside: box.bottom <= 0 || box.top >= innerHeight || box.right <= 0 || box.left >= innerWidth
    })
  }
  addEventListener('keydown', (event) => { if (event.key === 'Tab') globalThis.lookAtFocus() }, true)
}

/* Of the window: how much the way out takes of it when the page is scrolled. */
export function covered() {
  scrollTo(0, Math.min(400, document.documentElement.scrollHeight))
  const box = document.querySelector('.govuk-exit-this-page')?.getBoundingClientRect()
  const button = document.querySelector('.govuk-exit-this-page__button')?.getBoundingClientRect()
  const height = box && button ? Math.max(0, Math.min(innerHeight, Math.max(box.bottom, button.bottom))) : 0
  return { part: height / innerHeight, pixels: Math.round(height) }
}

/* The line about the keys in each of its states: the room that is kept for it, and what its words and its edges take, in px. */
export function hintRooms() {
  const root = document.documentElement
  const was = root.className
  const hint = document.querySelector('.candour-exit__hint')
  const style = getComputedStyle(hint)
  const rooms = [['on', ''], ['off', 'candour-escape-off']].flatMap(([says, off]) => ['candour-exit-works', ''].map((works) => {
    root.className = `govuk-template ${works} ${off}`
    const words = document.createRange()
    words.selectNodeContents(hint.querySelector(`.candour-exit__${says}`))
    const lines = new Set([...words.getClientRects()].map((rect) => rect.top)).size
    const taken = lines * parseFloat(style.lineHeight) + parseFloat(style.paddingTop) + parseFloat(style.paddingBottom)
    return { says, works: works !== '', kept: hint.offsetHeight, taken }
  }))
  root.className = was
  return rooms
}
