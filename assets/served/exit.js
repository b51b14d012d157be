/*
 * Leaving this site quickly. Without this script the exit button is a link to /exit; with it the page is emptied at
 * once, and three more ways lead out: Escape, Shift three times, and the space bar on the button.
 *
 * It promises: within a tenth of a second nothing of the page is left to see, to read aloud, to focus or to go on
 * working; the tab says nothing of it; this page leaves the history (others that were seen before stay in it). It
 * asks nothing and tells nobody. It stores nothing, but for who turned the Escape key off on the page /leaving: a word
 * that the tab forgets, at the latest when the site is left.
 */
'use strict'
;(() => {
  const TAPS = 3
  const TAP_WITHIN_MS = 5000 // of the one before
  const AGAIN_AFTER_MS = 10000 // a load that takes longer is begun anew; each time it may take twice as long
  const BUTTON = '.govuk-js-exit-this-page-button'
  const ESCAPE_OFF = 'candour-escape-off'
  const SHIFTS = ['ShiftLeft', 'ShiftRight'] // keys that can be felt: the shift of a screen's keyboard has no such name

  let leaving = false
  let address = '/exit'
  let taps = 0
  let tapped = 0 // when
  const alone = new Set() // Shift keys that are down, with nothing else pressed since

  /* A new head and body in place of all there was: also what has no element any more cannot be found, focused or sent. */
  function empty () {
    const head = document.createElement('head')
    const title = document.createElement('title')
    title.textContent = document.querySelector('.govuk-exit-this-page')?.dataset.title ?? '…'
    const icon = document.createElement('link')
    icon.rel = 'icon'
    icon.href = 'data:,'
    head.append(title, icon)
    document.documentElement.replaceChildren(head, document.createElement('body'))
  }

  /* Stops what loads and what is being sent, also another page that was asked for, so that nothing is waited for. */
  function go () {
    window.stop()
    window.location.replace(address)
  }

  function tryAgain (ms) {
    setTimeout(() => {
      go()
      tryAgain(ms * 2)
    }, ms)
  }

  function leave () {
    if (leaving) return
    leaving = true
    address = document.querySelector(BUTTON)?.href ?? address
    empty()
    turnEscape(false)
    go()
    tryAgain(AGAIN_AFTER_MS)
    // Somebody or something stopped the load: where the browser tells us, not a moment is lost.
    window.navigation?.addEventListener('navigateerror', () => setTimeout(go, 250))
  }

  /* Asked of the tab each time: a page that comes back from the browser's memory may not have seen the last change. */
  function isEscapeOff () {
    try {
      return window.sessionStorage.getItem(ESCAPE_OFF) !== null
    } catch {
      return false
    }
  }

  /* Whether it could be kept: a browser may be told to keep nothing. */
  function turnEscape (off) {
    try {
      if (off) window.sessionStorage.setItem(ESCAPE_OFF, '1')
      else window.sessionStorage.removeItem(ESCAPE_OFF)
      return true
    } catch {
      return false
    }
  }

  /* The line at the top of every page, and the choice on the page that has it. */
  function showEscape () {
    const state = isEscapeOff() ? 'off' : 'on'
    document.documentElement.classList.toggle(ESCAPE_OFF, state === 'off')
    for (const id of ['escape-key-is', 'escape-key-turn']) {
      const element = document.getElementById(id)
      if (element) element.textContent = element.dataset[state]
    }
  }

  function offerEscape () {
    const choice = document.getElementById('escape-key')
    if (!choice || !turnEscape(isEscapeOff())) return
    choice.hidden = false
    document.getElementById('escape-key-turn').addEventListener('click', () => {
      turnEscape(!isEscapeOff())
      showEscape()
    })
  }

  /* Whether this Escape is for something that it closes: an input method, a picker, a dialog, a script of the page. */
  function isForAnother (event) {
    if (event.defaultPrevented || event.isComposing || event.keyCode === 229) return true
    if (document.querySelector('dialog:modal, :popover-open')) return true
    return CSS.supports('selector(:open)') && document.querySelector('select:open, input:open') !== null
  }

  function forget () {
    taps = 0
    alone.clear()
  }

  function say (words) {
    const root = document.querySelector('.govuk-exit-this-page')
    if (!root) return
    let status = root.querySelector('[role=status]')
    if (!status) {
      status = document.createElement('span')
      status.className = 'govuk-visually-hidden'
      status.setAttribute('role', 'status')
      root.append(status)
    }
    status.textContent = words ?? ''
  }

  window.addEventListener('keydown', (event) => {
    if (leaving) return
    const modified = event.ctrlKey || event.altKey || event.metaKey
    if (event.key === 'Escape' && !event.repeat && !modified && !isForAnother(event) && !isEscapeOff()) {
      event.preventDefault() // a browser's own Escape stops loading
      leave()
    } else if (event.key === ' ' && event.target instanceof Element && event.target.closest(BUTTON)) {
      event.preventDefault()
      leave()
    } else if (event.key === 'Shift' && SHIFTS.includes(event.code) && !modified && !event.isComposing) {
      if (!event.repeat) alone.add(event.code)
    } else {
      forget()
    }
  })

  window.addEventListener('keyup', (event) => {
    if (leaving || event.key !== 'Shift' || !alone.delete(event.code)) return
    const now = performance.now()
    taps = now - tapped < TAP_WITHIN_MS ? taps + 1 : 1
    tapped = now
    if (taps >= TAPS) leave()
    else if (taps === TAPS - 1) say(document.querySelector('.govuk-exit-this-page')?.dataset.onceMore)
  }, true)

  /* With Shift held a click marks text and a wheel moves sideways: neither is a tap. */
  for (const kind of ['pointerdown', 'wheel']) window.addEventListener(kind, forget, { capture: true, passive: true })

  /* The middle button too, which would open another tab and leave this one as it is. */
  for (const kind of ['click', 'auxclick']) {
    window.addEventListener(kind, (event) => {
      if (event.button === 2 || !(event.target instanceof Element) || !event.target.closest(BUTTON)) return
      event.preventDefault()
      leave()
    }, true)
  }

  /* While the other site is waited for: Escape would stop that, and all else has nothing to go to. */
  for (const kind of ['keydown', 'keyup', 'keypress', 'submit', 'drop']) {
    window.addEventListener(kind, (event) => {
      if (!leaving) return
      event.stopImmediatePropagation()
      if (event.key === 'Escape' || kind === 'submit' || kind === 'drop') event.preventDefault()
    }, true)
  }

  /* A page that a browser kept as it was comes back empty, and leaves anew. */
  window.addEventListener('pageshow', (event) => {
    if (event.persisted && leaving) go()
    else if (event.persisted) showEscape()
  })

  /* It comes beside the page, before or after it is whole: the page never waits for it. */
  function whenWhole () {
    offerEscape()
    showEscape()
  }

  /*
   * The keys work from here on. What is said of them has a task of its own: to ask the tab's memory takes a moment, and
   * neither the keys nor the first paint have to wait for it.
   */
  setTimeout(() => {
    if (leaving) return
    if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', whenWhole)
    else offerEscape()
    showEscape()
    document.documentElement.classList.add('candour-exit-works')
  })
})()
