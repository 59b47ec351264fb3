// Replay against its floor, side by side: `npm run bench:replay [-- --events 1000000 --runs 3 --features --model]`. Rules
// alone, unless features or the model, which looks at features, are to take part. Absolute figures drift with the machine, so what counts is the ratio of the two within one run.
import {cpSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {parseArgs} from 'node:util'
import {median, run, saveResult} from './measure.mjs'

const {values} = parseArgs({
  options: {
    events: {type: 'string', default: '1000000'},
    users: {type: 'string', default: '5000'},
    runs: {type: 'string', default: '3'},
    features: {type: 'boolean', default: false},
    model: {type: 'boolean', default: false},
  },
})
const suffix = values.model ? '-model' : values.features ? '-features' : ''
const events = Number(values.events)
const users = Number(values.users)
const main = 'dist/app/cli/main.js'
/** Events of a user and day in the scenario, locations included. */
const EVENTS_PER_USER_DAY = 14.5
const NAMES_A_FEATURE = `
schema: tripline/rule/v1
id: names-a-feature
version: 1
title: A rule that never fires
key: user_id
severity: low
action: review
score: 1
match:
  event: {as: tx, stream: transactions}
  when: 'features.user_velocity.count_24h > 100000.0'
`

const dir = mkdtempSync(join(tmpdir(), 'tripline-bench-'))
try {
  const input = join(dir, 'events.ndjson')
  const days = String(Math.ceil(events / users / EVENTS_PER_USER_DAY))
  run([
    main,
    'simulate',
    'scenario',
    '--out',
    input,
    '--users',
    String(users),
    '--days',
    days,
    '--seed',
    '1',
    '--json',
  ])
  // A rule that names a feature has all of them worked out.
  const rules = join(dir, 'rules')
  if (values.features) cpSync('cep-rules', rules, {recursive: true})
  if (values.features) writeFileSync(join(rules, 'rules', 'names-a-feature.yaml'), NAMES_A_FEATURE)
  const parts = [...(values.model ? [] : ['--no-model']), ...(values.features ? ['--rules', rules] : [])]
  const rounds = []
  for (let round = 0; round < Number(values.runs); round++) {
    const floor = run(['bench/macro/floor.mjs', input])
    const replay = run([main, 'replay', ...parts, '--input', input, '--out', join(dir, 'out'), '--json'])
    rounds.push({
      floor: floor.events_per_second,
      replay: replay.events_per_second,
      ratio: Number((replay.events_per_second / floor.events_per_second).toFixed(3)),
      peak_rss_mb: Math.round(replay.peak_rss_bytes / 1e6),
    })
    console.log(rounds.at(-1))
  }
  const figures = {
    events,
    users,
    days: Number(days),
    rounds,
    median: {
      floor: median(rounds.map((r) => r.floor)),
      replay: median(rounds.map((r) => r.replay)),
      ratio: median(rounds.map((r) => r.ratio)),
    },
  }
  const {file} = saveResult('replay', figures, `-${events}${suffix}`)
  console.log(figures.median, file)
} finally {
  rmSync(dir, {recursive: true, force: true})
}
