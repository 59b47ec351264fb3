// The fault experiments: `npm run test:faults [-- --only 3,5 --minutes 15]`. Brings up a Kafka of its own, runs the
// experiments on real processes, takes everything down again, and closes with a table and a file in bench/results.
import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {existsSync, mkdtempSync, readFileSync, rmSync} from 'node:fs'
import {cpus, loadavg, tmpdir} from 'node:os'
import {join} from 'node:path'
import {parseArgs} from 'node:util'
import {saveResult} from '../../bench/macro/measure.mjs'
import {bringUp, takeDown} from '../../dist/app/services/local-services.js'

const {values} = parseArgs({
  options: {only: {type: 'string', default: ''}, minutes: {type: 'string', default: '15'}},
})
const say = (text) => process.stderr.write(`${text}\n`)
const dir = mkdtempSync(join(tmpdir(), 'tripline-fault-run-'))
const services = join(dir, 'services')
const reported = join(dir, 'outcomes.ndjson')
let tests
let isCutOff = false

/** The tests and all that they started. */
function cutOff() {
  isCutOff = true
  if (tests?.exitCode === null) process.kill(-tests.pid, 'SIGKILL')
}
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, cutOff)
const limit = setTimeout(cutOff, Number(values.minutes) * 60_000)

const begun = performance.now()
try {
  const [kafka] = await bringUp(services, ['kafka'], say)
  if (!isCutOff) await runTests(kafka.address)
} finally {
  clearTimeout(limit)
  await takeDown(services, ['kafka'])
}
const outcomes = existsSync(reported)
  ? readFileSync(reported, 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line))
      .sort((a, b) => (Number(a.experiment) || 99) - (Number(b.experiment) || 99))
  : []
rmSync(dir, {recursive: true, force: true})
const figures = {
  pinned_to_one_core: false,
  cores: cpus().length,
  load: Number(loadavg()[2].toFixed(1)),
  seconds: Math.round((performance.now() - begun) / 1000),
  experiments: outcomes,
}
say(table(outcomes))
if (outcomes.length > 0) say(saveResult('faults', figures).file)
if (isCutOff) say('cut off before the end')
const held = outcomes.length > 0 && outcomes.every(({verdict}) => verdict === 'held')
process.exitCode = held && !isCutOff && tests?.exitCode === 0 ? 0 : 1

async function runTests(kafka) {
  const env = {
    ...process.env,
    TRIPLINE_TEST_KAFKA: kafka,
    // What a test leaves behind that is cut off goes with the rest.
    TMPDIR: dir,
    TRIPLINE_FAULTS_SERVICES: services,
    TRIPLINE_FAULTS_REPORT: reported,
    TRIPLINE_FAULTS_ONLY: values.only,
  }
  const vitest = 'node_modules/vitest/vitest.mjs'
  tests = spawn(process.execPath, [vitest, 'run', '--config', 'test/faults/vitest.config.ts'], {
    env,
    // A group of its own, so that all of it can be ended.
    detached: true,
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  await once(tests, 'exit')
}

function table(rows) {
  const cells = rows.map((row) => [
    `${row.experiment} ${row.title}`,
    ...[
      row.lost,
      row.doubled,
      row.repeated,
      row.fenced_commits,
      row.recovery_seconds ?? '–',
      row.seconds,
    ].map(String),
    row.verdict,
  ])
  const head = ['experiment', 'lost', 'doubled', 'repeated', 'fenced', 'recovery s', 'took s', 'verdict']
  return [head, head.map(() => '---'), ...cells].map((row) => `| ${row.join(' | ')} |`).join('\n')
}
