// How long the embedded service takes to be ready, and, killed with kill -9 under load, to be ready again with all of its
// backlog done: `node bench/macro/start.mjs [--runs 3]`. In seconds.
import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'
import {parseArgs} from 'node:util'
import {Service} from '../k6/service.mjs'
import {saveResult} from './measure.mjs'

const {values} = parseArgs({options: {runs: {type: 'string', default: '3'}}})
const BATCH = 100
const LOAD_MS = 5_000

const runs = []
for (let i = 0; i < Number(values.runs); i++) {
  runs.push(await measure())
  console.log(runs.at(-1))
}
console.log(saveResult('start', {pinned_to_one_core: false, runs}).file)

async function measure() {
  const dir = mkdtempSync(join(tmpdir(), 'tripline-start-'))
  let service
  try {
    const asked = performance.now()
    service = await Service.start(dir)
    const ready = secondsSince(asked)
    await loadAndKill(service)
    const killed = performance.now()
    service = await Service.start(dir)
    // Answered once it is decided, and so is all that came before it.
    await service.post('/v1/events/transactions', transactions(1, 'after'))
    return {ready, caught_up: secondsSince(killed)}
  } finally {
    await service?.stop()
    rmSync(dir, {recursive: true, force: true})
  }
}

/** Many requests at once, of which some are under way when it is killed. */
async function loadAndKill(service) {
  const until = performance.now() + LOAD_MS
  let number = 0
  const client = async () => {
    while (performance.now() < until + LOAD_MS)
      await service.post('/v1/events/transactions', transactions(BATCH, `t${number++}`))
  }
  const clients = Array.from({length: 20}, () => client().catch(() => undefined))
  await sleep(LOAD_MS)
  await service.kill()
  await Promise.all(clients)
}

function transactions(count, name) {
  return Array.from({length: count}, (_, i) => ({
    transaction_id: `${name}-${i}`,
    user_id: `u${(i * 7_919) % 5_000}`,
    merchant_id: `m${i % 100}`,
    amount: 20 + i,
    event_time: Date.now(),
  }))
}

function secondsSince(start) {
  return Number(((performance.now() - start) / 1000).toFixed(2))
}
