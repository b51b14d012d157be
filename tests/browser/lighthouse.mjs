/* Six public pages of different kinds, for what takes too long to be done with all of them. */
export const SIX = 6

/* The demonstration's post with a picture is known by its address. */
export async function named(base) {
  const post = '/news/2026/the-lights-on-the-river-path-are-back-on'
  const answer = await fetch(base + post)
  if (answer.status !== 200 || !(await answer.text()).includes('<picture')) throw new Error(`${post} has no picture`)
  return ['/', '/news', post, '/hate-crime', '/report', '/support?for=race']
}
