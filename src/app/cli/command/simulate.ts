import type {Command} from 'commander'
import {NdjsonWriter} from '../../../adapters/files/ndjson-writer.js'
import {nothingPlanted, type Planted} from '../../../simulation/scenario/planted.js'
import {estimateLines, scenarioTraffic} from '../../../simulation/scenario/scenario-traffic.js'
import {lineText} from '../../../simulation/scenario/traffic-line.js'
import {createConsole, grouped} from '../console.js'
import {examples, positiveNumber, wholeNumber} from '../options.js'
import {addSimulateHandbookCommand} from './simulate-handbook.js'

interface SimulateOptions {
  readonly out: string
  readonly users: number
  readonly days: number
  readonly rate?: number
  readonly seed: number
  readonly frauds?: number
  readonly json?: boolean
}

const PROGRESS_EVERY = 20_000

export function addSimulateCommand(program: Command): void {
  const simulate = program.command('simulate').description('make traffic for demos, tests and benchmarks')
  const scenario = simulate
    .command('scenario')
    .description('card traffic with planted frauds; the truth goes to <file>.truth.ndjson')
    .requiredOption('--out <file>', 'NDJSON file to write')
    .option('--users <n>', 'how many users', wholeNumber, 300)
    .option('--days <n>', 'how many days of event time', positiveNumber, 3)
    .option('--rate <n>', 'transactions per user and day (default: 8)', positiveNumber)
    .option('--seed <n>', 'same seed, same traffic', wholeNumber, 1)
    .option('--frauds <n>', 'plantings of each kind (default: one per 400 days of a user)', wholeNumber)
    .option('--json', 'print what was planted as one JSON object')
    .action(simulateScenario)
  examples(scenario, [
    'tripline simulate scenario --out events.ndjson',
    'tripline simulate scenario --out week.ndjson --users 2000 --days 7 --seed 42',
  ])
  addSimulateHandbookCommand(simulate)
}

async function simulateScenario({out, json, ...options}: SimulateOptions): Promise<void> {
  const console = createConsole(json === true)
  const planted = nothingPlanted()
  const expected = estimateLines(options)
  const events = new NdjsonWriter(out)
  let lines = 0
  for (const line of scenarioTraffic(options, planted)) {
    events.write(lineText(line))
    if (++lines % PROGRESS_EVERY > 0) continue
    await events.drained()
    console.progress(`${grouped(lines)} of about ${grouped(expected)} lines`)
  }
  await events.close()
  await writeTruth(`${out}.truth.ndjson`, planted)
  const summary = describe(planted, lines)
  console.result(summary)
  console.line(`${grouped(lines)} lines in ${out}`)
  for (const [kind, count] of Object.entries(summary.frauds)) console.line(`  ${kind}: ${count} planted`)
  console.line(
    `  besides: ${planted.duplicates} duplicates, ${planted.outOfOrder} out of order, ${planted.late} late, ${summary.broken} broken`,
  )
  console.line(`the truth is in ${out}.truth.ndjson`)
}

async function writeTruth(path: string, {frauds}: Planted): Promise<void> {
  const truth = new NdjsonWriter(path)
  for (const fraud of frauds) truth.write(JSON.stringify(fraud))
  await truth.close()
}

function describe(planted: Planted, lines: number) {
  const frauds: {[kind: string]: number} = {}
  for (const {kind} of planted.frauds) frauds[kind] = (frauds[kind] ?? 0) + 1
  const broken = Object.values(planted.broken).reduce((sum, count) => sum + count, 0)
  const {duplicates, outOfOrder: out_of_order, late} = planted
  return {lines, frauds, duplicates, out_of_order, late, broken, broken_by_kind: planted.broken}
}
