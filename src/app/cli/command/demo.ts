import {join} from 'node:path'
import type {Command} from 'commander'
import type {AlertRecord} from '../../../core/decision/records.js'
import {loadFolders} from '../../bundle/load-bundle.js'
import type {Config} from '../../config/config.js'
import {Demo, type DemoSummary} from '../../demo/demo.js'
import {scorerOf} from '../../learning/scorer-of.js'
import {serveHttp} from '../../service/serve-http.js'
import {type Console, createConsole, grouped} from '../console.js'
import {
  type CommonOptions,
  configOf,
  examples,
  positiveNumber,
  wholeNumber,
  withConfigOptions,
} from '../options.js'

interface DemoCommandOptions extends CommonOptions {
  readonly once?: boolean
  readonly seed: number
  readonly users: number
  readonly days: number
  readonly pace?: number
  readonly dataDir?: string
}

/** Events a second on a terminal: slow enough to watch. */
const WATCHABLE_PACE = 1_000

export function addDemoCommand(program: Command): void {
  const command = withConfigOptions(
    program
      .command('demo')
      .description('simulated traffic with planted frauds, caught as you watch; needs nothing else'),
  )
    .option('--once', 'exit after the summary; without it the HTTP API stays up to look around')
    .option('--seed <n>', 'same seed, same traffic', wholeNumber, 1)
    .option('--users <n>', 'how many users', wholeNumber, 600)
    .option('--days <n>', 'how many days of event time', positiveNumber, 2)
    .option(
      '--pace <n>',
      `events a second (default: ${grouped(WATCHABLE_PACE)} on a terminal, else as fast as they go)`,
      positiveNumber,
    )
    .option('--data-dir <dir>', 'where the demo keeps its data, in a folder of its own (setting data_dir)')
    .option('--json', 'print the summary as one JSON object')
    .action(runDemo)
  examples(command, [
    'tripline demo',
    'tripline demo --once --json',
    'tripline demo --users 2000 --seed 7 --pace 5000',
  ])
}

async function runDemo(options: DemoCommandOptions): Promise<void> {
  const console = createConsole(options.json === true)
  const config = configOf(options, options.dataDir === undefined ? {} : {data_dir: options.dataDir})
  const folder = await loadFolders(config)
  const plan = {seed: options.seed, users: options.users, days: options.days}
  const dir = join(config.dataDir, 'demo')
  const pace = options.pace ?? (process.stdout.isTTY && options.json !== true ? WATCHABLE_PACE : undefined)
  console.line(
    `${grouped(plan.users)} users, ${plan.days} days, ${folder.bundle.rules.length} rules. Frauds are planted; here is what the rules see:`,
  )
  const feed = new AlertFeed(console)
  const demo = await Demo.start({
    config,
    folder,
    dir,
    plan,
    scorer: await scorerOf(config, {onTrouble: console.note}),
    pace,
    onAlert: (alert) => feed.show(alert),
    onProgress: ({done, expected, eventsPerSecond, alerts}) =>
      console.progress(
        `${Math.min(99, Math.floor((done / expected) * 100))}%  ${grouped(done)} events  ${grouped(eventsPerSecond)} events/s  ${grouped(alerts)} alerts`,
      ),
  })
  try {
    const summary = await demo.play()
    console.endProgress()
    console.result(summary)
    printSummary(console, summary, feed.hidden)
    if (options.once !== true) await stayUp(demo, config, console)
  } finally {
    await demo.service.stop()
  }
}

/** Prints the first alert of each rule and key: a burst is told once. */
class AlertFeed {
  hidden = 0
  private readonly shown = new Set<string>()

  constructor(private readonly console: Console) {}

  show({mode, rule, key, reason, action, event_time, anchor}: AlertRecord): void {
    if (mode === 'shadow') return
    const told = `${rule.id} ${key.value}`
    if (this.shown.has(told)) {
      this.hidden++
      return
    }
    this.shown.add(told)
    const when = event_time.slice(5, 16).replace('T', ' ')
    this.console.line(`${when}  ${action.padEnd(7)}  ${key.value}: ${reason}  [${rule.id}, ${anchor.id}]`)
  }
}

function printSummary(console: Console, summary: DemoSummary, hidden: number): void {
  const {frauds, alerts, by_rule, latency_ms, ledger, balanced} = summary
  const {line} = console
  if (hidden > 0) line(`(and ${grouped(hidden)} further alerts of the same rules and keys)`)
  line('')
  line(`Planted frauds found: ${frauds.found} of ${frauds.planted}`)
  for (const [kind, {planted, found}] of Object.entries(frauds.by_kind))
    line(`  ${kind.padEnd(20)} ${found} of ${planted}`)
  line(
    `Alerts: ${grouped(alerts.live)} live, of which ${alerts.false} false; ${grouped(alerts.shadow)} in shadow mode`,
  )
  for (const [rule, counts] of Object.entries(by_rule).sort((a, b) => b[1].frauds - a[1].frauds)) {
    line(
      `  ${rule.padEnd(30)} ${String(counts.alerts).padStart(4)} alerts, ${counts.frauds} frauds, ${counts.false} false`,
    )
  }
  const {p50, p95, p99, max} = latency_ms
  line(
    `${grouped(summary.events)} events, ${grouped(summary.events_per_second)} a second; in portions of 250: p50 ${p50} ms, p95 ${p95} ms, p99 ${p99} ms, max ${max} ms`,
  )
  for (const [stream, account] of Object.entries(ledger)) {
    if (account.in === 0) continue
    line(
      `  ${stream.padEnd(13)} ${grouped(account.in)} in = ${grouped(account.accepted)} accepted + ${account.duplicate} duplicate + ${account.late} late + ${account.dead_lettered} dead-lettered`,
    )
  }
  line(
    balanced
      ? 'The ledger balances: every input is accounted for.'
      : 'The ledger does NOT balance: this is a bug.',
  )
  line('')
  line('Try next: change a threshold in cep-rules/rules/geo-velocity/geo-jump-high-value.yaml, then')
  line('  npx tripline rules test')
  line(
    '  npx tripline simulate scenario --out events.ndjson && npx tripline replay --input events.ndjson --out out',
  )
}

/** Keeps the HTTP API up until the demo is interrupted. */
async function stayUp(demo: Demo, config: Config, console: Console): Promise<void> {
  const http = await serveHttp(demo.service, config)
  console.line(`The API is up: curl ${http.url}/v1/alerts?limit=1 (Ctrl-C ends the demo)`)
  await new Promise<void>((resolve) => {
    process.once('SIGINT', resolve)
    process.once('SIGTERM', resolve)
  })
  await http.close()
}
