import {type Command, Option} from 'commander'
import {NdjsonWriter} from '../../../adapters/files/ndjson-writer.js'
import {type CommittedFraud, committedFrauds} from '../../../simulation/handbook/committed-fraud.js'
import {csvLines} from '../../../simulation/handbook/csv-lines.js'
import {type HandbookDataSet, handbookDataSet} from '../../../simulation/handbook/data-set.js'
import {eventLines} from '../../../simulation/handbook/event-lines.js'
import {PUBLISHED_SIZE} from '../../../simulation/handbook/options.js'
import {replayProgress} from '../../replay/progress.js'
import {type Console, createConsole, grouped} from '../console.js'
import {examples, wholeNumber} from '../options.js'

type Format = 'ndjson' | 'csv'

interface HandbookCommandOptions {
  readonly out: string
  readonly format: Format
  readonly users: number
  readonly days: number
  readonly json?: boolean
}

const PROGRESS_EVERY_CUSTOMERS = 100
const DRAIN_EVERY_LINES = 20_000

export function addSimulateHandbookCommand(simulate: Command): void {
  const handbook = simulate
    .command('handbook')
    .description("the Fraud Detection Handbook's public data set; the truth goes to <file>.truth.ndjson")
    .requiredOption('--out <file>', 'file to write')
    .addOption(
      new Option('--format <format>', 'events for replay, or the original columns')
        .choices(['ndjson', 'csv'])
        .default('ndjson'),
    )
    .option('--users <n>', 'how many customers, from the first on', wholeNumber, PUBLISHED_SIZE.users)
    .option('--days <n>', 'how many days from 2018-04-01 on', wholeNumber, PUBLISHED_SIZE.days)
    .option('--json', 'print what was written as one JSON object')
    .action(simulateHandbook)
  examples(handbook, [
    'tripline simulate handbook --out handbook.ndjson',
    'tripline simulate handbook --out handbook.csv --format csv',
    'tripline simulate handbook --out small.ndjson --users 200 --days 30',
  ])
}

async function simulateHandbook({out, format, users, days, json}: HandbookCommandOptions): Promise<void> {
  const console = createConsole(json === true)
  const data = handbookDataSet({users, days}, (done) => {
    if (done % PROGRESS_EVERY_CUSTOMERS === 0)
      console.progress(`${grouped(done)} of ${grouped(users)} customers`)
  })
  const frauds = committedFrauds(data)
  const summary = describe(data, frauds, format)
  await writeLines(out, format === 'csv' ? csvLines(data) : eventLines(data), summary.lines, console)
  const truth = `${out}.truth.ndjson`
  const truths = frauds.map((fraud) => JSON.stringify(fraud))
  await writeLines(truth, truths, truths.length, console)
  console.result(summary)
  console.line(`${grouped(summary.lines)} lines in ${out}, ${grouped(data.size)} of them transactions`)
  for (const [kind, count] of Object.entries(summary.fraud_transactions))
    console.line(`  ${kind}: ${grouped(count)} fraudulent, in ${grouped(summary.frauds[kind] ?? 0)} frauds`)
  console.line(`the truth is in ${truth}`)
}

async function writeLines(
  path: string,
  lines: Iterable<string>,
  total: number,
  console: Console,
): Promise<void> {
  const writer = new NdjsonWriter(path)
  const progress = replayProgress(console)
  let written = 0
  for (const line of lines) {
    writer.write(line)
    if (++written % DRAIN_EVERY_LINES > 0) continue
    await writer.drained()
    progress(written, total)
  }
  await writer.close()
}

function describe({size}: HandbookDataSet, committed: readonly CommittedFraud[], format: Format) {
  const frauds: {[kind: string]: number} = {}
  const fraud_transactions: {[kind: string]: number} = {}
  let fraudulent = 0
  for (const {kind, transaction_ids} of committed) {
    frauds[kind] = (frauds[kind] ?? 0) + 1
    fraud_transactions[kind] = (fraud_transactions[kind] ?? 0) + transaction_ids.length
    fraudulent += transaction_ids.length
  }
  const feedback = format === 'csv' ? 0 : fraudulent
  const header = format === 'csv' ? 1 : 0
  return {format, lines: header + size + feedback, transactions: size, feedback, frauds, fraud_transactions}
}
