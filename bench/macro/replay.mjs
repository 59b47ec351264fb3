// Replay against its floor, side by side: `npm run bench [-- --events 1000000 --runs 3]`.
// Absolute figures drift with the machine, so what counts is the ratio of the two within one run.
import {execFileSync} from 'node:child_process'
import {mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {cpus, tmpdir} from 'node:os'
import {join} from 'node:path'
import {parseArgs} from 'node:util'

const {values} = parseArgs({
  options: {
    events: {type: 'string', default: '1000000'},
    users: {type: 'string', default: '5000'},
    runs: {type: 'string', default: '3'},
  },
})
const events = Number(values.events)
const users = Number(values.users)
const main = 'dist/app/cli/main.js'
/** Events of a user and day in the scenario, locations included. */
const EVENTS_PER_USER_DAY = 14.5

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
  const rounds = []
  for (let round = 0; round < Number(values.runs); round++) {
    const floor = run(['bench/macro/floor.mjs', input])
    const replay = run([main, 'replay', '--input', input, '--out', join(dir, 'out'), '--json'])
    rounds.push({
      floor: floor.events_per_second,
      replay: replay.events_per_second,
      ratio: Number((replay.events_per_second / floor.events_per_second).toFixed(3)),
      peak_rss_mb: Math.round(replay.peak_rss_bytes / 1e6),
    })
    console.log(rounds.at(-1))
  }
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], {encoding: 'utf8'}).trim()
  const result = {
    benchmark: 'replay',
    commit,
    node: process.version,
    cpu: cpus()[0]?.model,
    pinned_to_one_core: pinned(),
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
  mkdirSync('bench/results', {recursive: true})
  const date = new Date().toISOString().slice(0, 10)
  const file = `bench/results/${date}-${commit}-replay-${events}.json`
  writeFileSync(file, `${JSON.stringify(result, null, 2)}\n`)
  console.log(result.median, file)
} finally {
  rmSync(dir, {recursive: true, force: true})
}

/** Runs a node program on one core, where the system can pin it, and reads the JSON object it prints. */
function run(args) {
  const command = pinned() ? ['taskset', '-c', '0', process.execPath, ...args] : [process.execPath, ...args]
  return JSON.parse(execFileSync(command[0], command.slice(1), {encoding: 'utf8', maxBuffer: 1 << 26}))
}

function pinned() {
  try {
    readFileSync('/usr/bin/taskset')
    return true
  } catch {
    return false
  }
}

function median(numbers) {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)]
}
