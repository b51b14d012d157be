/*
 * The public pages of the demonstration, for every test that looks at all of them: what stands in this list, and what
 * the news lead to.
 */

/* Pages that are there in every state: with a choice, a mistake, nothing found, not there. */
const KNOWN = ['/', '/news', '/withdrawn', '/corrections', '/corrections?kind=promise', '/campaigns', '/campaigns/week-against-hate',
  '/campaigns/lights-on', '/report', '/support', '/support?for=race', '/support?for=disability&need=sign-language', '/hate-crime', '/law',
  '/pictures-and-names', '/about', '/accessibility', '/privacy', '/cookies', '/contact', '/leaving', '/topics', '/feedback', '/feedback/sent',
  '/search', '/search?q=river', '/search?q=zzzzz', '/search?q=%01', '/no-such-page', '/news?after=broken']
const PAGES_OF_NEWS_MAX = 50

/* Their bodies are read as text: a template writes its attributes in one way. */
async function links(base, path) {
  const html = await (await fetch(base + path)).text()
  const main = html.slice(html.indexOf('<main'), html.indexOf('</main>'))
  const tags = [...main.matchAll(/<a\s[^>]*>/g)].map(([tag]) => tag)
  const address = (tag) => tag.match(/href="([^"]*)"/)?.[1].replaceAll('&amp;', '&')
  return { posts: tags.map(address).filter((to) => to?.startsWith('/news/')), next: tags.filter((tag) => /rel="next"/.test(tag)).map(address)[0] }
}

/* `more` are pages that no list leads to. */
export async function addresses(base, more) {
  const found = new Set([...KNOWN, ...more, ...(await links(base, '/withdrawn')).posts])
  let next = '/news'
  for (let i = 0; next && i < PAGES_OF_NEWS_MAX; i++) {
    const page = await links(base, next)
    for (const post of page.posts) found.add(post)
    next = page.next
    if (next) found.add(next)
  }
  return [...found]
}

/* What a page answers when all is well. */
export function answers(path) {
  if (path === '/no-such-page' || path.endsWith('broken')) return [404]
  return path.endsWith('%01') ? [400] : [200, 410]
}

/* A check that is counted and said, and the last line. */
export function counter() {
  let passed = 0
  let failed = 0
  return {
    check(name, good, detail = '') {
      if (good) passed++
      else failed++
      console.log(`${good ? 'ok    ' : 'FAILED'} ${name}${good || !detail ? '' : `: ${detail}`}`)
    },
    end() {
      console.log(`${passed} passed, ${failed} failed`)
      process.exit(failed ? 1 : 0)
    }
  }
}

export const CHROMIUM = '/usr/bin/chromium'
export const QUIET = ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync']
