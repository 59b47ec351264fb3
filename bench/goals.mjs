// All goals in one table: `npm run bench` (at most five minutes; `-- --long` measures more of everything, and the cluster profile).
// Writes bench/results/<date>-<commit>-goals.json, from which `node bench/readme.mjs` makes the table in README.md.
import {execFileSync} from 'node:child_process'
import {mkdtempSync, readdirSync, readFileSync, rmSync} from 'node:fs'
import {cpus, tmpdir} from 'node:os'
import {join} from 'node:path'
import {parseArgs} from 'node:util'
import {goalTable} from './goal-table.mjs'
import {saveResult} from './macro/measure.mjs'

const {values} = parseArgs({options: {long: {type: 'boolean', default: false}}})
const {long} = values
const goals = []

const replayed = [
  '--events',
  long ? '1000000' : '80000',
  '--runs',
  long ? '3' : '2',
  '--users',
  long ? '5000' : '1000',
]
replay('replay, all rules', 100_000, part('replay', replayed))
replay('replay, all rules and features', 100_000, part('replay', [...replayed, '--features']))
replay('replay, all rules, features and model', 80_000, part('replay', [...replayed, '--model']))
for (const {name, goal, ratio, ratios} of part('growth', ['--runs', long ? '3' : '1']).curves)
  add({
    measure: `time per event, ${name}`,
    unit: '×',
    goal: `≤ ${goal}`,
    value: ratio,
    spread: ratios,
    holds: ratio <= goal,
  })
const memory = part('memory', long ? [] : ['--keys', '100000', '--events', '50000'], [
  '--expose-gc',
  '--max-old-space-size=12000',
])
kilobytes('memory of an idle user, 10 events, features', 1.5, memory.idle.kilobytes_per_user)
kilobytes('memory of an idle user, 300 events, features', 12, memory.idle_long.kilobytes_per_user)
const left = memory.abandoned.heap_mb
add({
  measure: `${memory.abandoned.keys} keys that begin a pattern: heap before, with them, after the retention`,
  unit: 'MB',
  goal: 'back to the baseline',
  value: `${left.before}, ${left['with all keys']}, ${left['after the retention']}`,
  holds: left['after the retention'] <= left.before + 0.1 * (left['with all keys'] - left.before),
})
const {runs: starts} = part('start', ['--runs', long ? '5' : '3'])
seconds(
  'start of the embedded service to ready',
  2,
  starts.map(({ready}) => ready),
)
seconds(
  'from kill -9 under load to caught up',
  10,
  starts.map(({caught_up}) => caught_up),
)
const decisions = part('decisions', ['2000', long ? '60' : '15'])
add({
  measure: 'POST /v1/decisions at 2,000 a second, embedded: p99',
  unit: 'ms',
  goal: '≤ 20',
  value: decisions.p99_ms,
  holds: decisions.p99_ms <= 20,
})
if (long) cluster()

const {file, result} = saveResult('goals', {pinned_to_one_core: undefined, cores: cpus().length, long, goals})
console.log(goalTable(result))
console.log(file)

function cluster() {
  const {latency_ms: latency, ...load} = part('cluster', ['--rate', '10000', '--duration', '180'])
  add({
    measure:
      'cluster profile at 10,000 transactions a second, one worker, all on one machine: still behind after 3 minutes',
    unit: 'transactions',
    goal: 'not growing',
    value: load.lag_at_the_end,
    holds: !load.lag_grows && load.missing === 0,
  })
  for (const [percentile, goal] of [
    ['p50', 15],
    ['p99', 50],
    ['p99.9', 250],
  ])
    add({
      measure: `the same: event to decision, ${percentile}`,
      unit: 'ms',
      goal: `≤ ${goal}`,
      value: latency[percentile],
      holds: latency[percentile] <= goal,
    })
  const one = part('cluster', ['--rate', '4000', '--duration', '60', '--workers', '1'])
  const four = part('cluster', ['--rate', '4000', '--duration', '60', '--workers', '4'])
  const ratio = round(four.worker_cpu_microseconds_per_event / one.worker_cpu_microseconds_per_event)
  add({
    measure: 'worker CPU per event, 4 workers over 1',
    unit: '×',
    goal: '≤ 1.15',
    value: ratio,
    holds: ratio <= 1.15,
  })
}

function replay(measure, goal, {median, rounds}) {
  const rates = rounds.map(({replay: rate}) => rate)
  add({
    measure,
    unit: 'events/s',
    goal: `≥ ${goal}`,
    value: median.replay,
    spread: rates,
    holds: median.replay >= goal,
  })
  const ratios = rounds.map(({ratio}) => ratio)
  if (measure === 'replay, all rules and features')
    add({
      measure: 'the same over parse and stringify',
      unit: '×',
      goal: '≥ 0.3',
      value: median.ratio,
      spread: ratios,
      holds: median.ratio >= 0.3,
    })
}

function kilobytes(measure, goal, value) {
  add({measure, unit: 'kB', goal: `≤ ${goal}`, value, holds: value <= goal})
}

function seconds(measure, goal, spread) {
  const value = Math.max(...spread)
  add({measure, unit: 's', goal: `≤ ${goal}`, value, spread, holds: value <= goal})
}

function add(goal) {
  goals.push(goal)
  console.error(
    `${goal.holds ? 'held    ' : 'not held'}  ${goal.measure}: ${goal.value} ${goal.unit} (goal ${goal.goal})`,
  )
}

/** Runs one benchmark and reads its result, which is not kept by itself. */
function part(name, args, nodeArgs = []) {
  const folder = mkdtempSync(join(tmpdir(), 'tripline-goals-'))
  try {
    const script = name === 'cluster' ? 'bench/cluster/run.mjs' : `bench/macro/${name}.mjs`
    const env = {...process.env, BENCH_RESULTS: folder}
    execFileSync(process.execPath, [...nodeArgs, script, ...args], {
      env,
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    const [file] = readdirSync(folder)
    return JSON.parse(readFileSync(join(folder, file), 'utf8'))
  } finally {
    rmSync(folder, {recursive: true, force: true})
  }
}

function round(number) {
  return Number(number.toFixed(2))
}
