/*
 * Takes the rules out of served/candour.css that no page can match: those whose classes stand in no template, in no C
 * file that writes HTML and in no script. Run by tools/build-assets.sh.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { PurgeCSS } from 'purgecss'

const file = 'served/candour.css'
const [made] = await new PurgeCSS().purge({
  content: ['../src/*/*.html', '../src/html/*.c', 'served/exit.js', '../tests/http/*.html'],
  css: [{ raw: readFileSync(file, 'utf8') }],
  variables: false,
  keyframes: false,
  dynamicAttributes: ['href', 'hidden', 'type', 'open', 'disabled', 'tabindex'],
  safelist: { standard: ['html', 'body', 'mark'] },
  /* Words between quotes, spaces and signs of a template: a class is one of them, whole. */
  defaultExtractor: (text) => text.match(/[A-Za-z0-9_!-]+/g) ?? []
})
writeFileSync(file, made.css)
