/*
 * The same decisions by engines that users of Node would pick: @gorules/zen-engine (Rust behind a binding) and feelin
 * (FEEL in JavaScript, which reads each cell's text anew).
 *
 * node dmn.mjs MODELS.json ROUNDS      prints one JSON object: {model: {engine: [microseconds of each round]}}
 */
import { readFileSync } from 'node:fs'
import zen from '@gorules/zen-engine'
import * as feelin from 'feelin'

const models = JSON.parse(readFileSync(process.argv[2], 'utf8'))
const rounds = Number(process.argv[3])

async function timed(times, work) {
  for (let i = 0; i < times / 10 + 1; i++) await work() // warm
  const each = []
  for (let r = 0; r < rounds; r++) {
    const before = process.cpuUsage() // of all threads: the machine may be busy with other things
    for (let i = 0; i < times; i++) await work()
    const used = process.cpuUsage(before)
    each.push((used.user + used.system) / times)
  }
  return each
}

function same(got, wanted, who) {
  if (JSON.stringify(got) !== JSON.stringify(wanted)) throw new Error(`${who} gives ${JSON.stringify(got)}, not ${JSON.stringify(wanted)}`)
}

const out = {}
for (const [name, model] of Object.entries(models)) {
  out[name] = {}
  const decision = new zen.ZenEngine().createDecision(Buffer.from(JSON.stringify(model.zen)))
  if (model.wanted !== undefined) same((await decision.evaluate(model.input)).result[model.output], model.wanted, 'zen-engine')
  out[name]['zen-engine'] = await timed(model.times, () => decision.evaluate(model.input))
  if (!model.feelin) continue
  const work = () => {
    if (model.feelin.steps) {
      const context = { ...model.input }
      for (const [key, text] of model.feelin.steps) context[key] = value(feelin.evaluate(text, context))
      return context[model.output]
    }
    for (const [cells, result] of model.feelin.rules) {
      if (cells.every((cell, at) => cell === '-' || value(feelin.unaryTest(cell, { '?': model.input[`in${at}`] })))) return value(feelin.evaluate(result, {}))
    }
    return null
  }
  same(work(), model.wanted, 'feelin')
  out[name].feelin = await timed(Math.max(1, Math.round(model.times / 50)), work)
}
console.log(JSON.stringify(out))

function value(answer) {
  return answer !== null && typeof answer === 'object' && 'value' in answer ? answer.value : answer
}
