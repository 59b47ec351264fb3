import {mkdir, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import type {Command} from 'commander'
import {loadBundle} from '../../bundle/load-bundle.js'
import {type ReplaySummary, replay} from '../../replay/replay.js'
import {type Console, createConsole, grouped} from '../console.js'
import {type CommonOptions, configOf, examples, withConfigOptions} from '../options.js'

interface ReplayCommandOptions extends CommonOptions {
  readonly input: readonly string[]
  readonly out: string
}

const PROGRESS_EVERY_MS = 200

export function addReplayCommand(program: Command): void {
  const command = withConfigOptions(
    program
      .command('replay')
      .description('run the engine over recorded events and write what it says')
      .requiredOption('--input <file...>', 'NDJSON files in order of arrival; - is stdin, .gz works')
      .requiredOption('--out <dir>', 'folder for alerts, decisions, dead letters and summary'),
  )
    .option('--no-model', 'decide by rules alone')
    .option('--json', 'print the summary as one JSON object')
    .action(runReplayCommand)
  examples(command, [
    'tripline replay --input events.ndjson --out out',
    'tripline replay --input monday.ndjson.gz tuesday.ndjson.gz --out out --json',
    'zcat events.ndjson.gz | tripline replay --input - --out out --rules my-rules',
  ])
}

async function runReplayCommand(options: ReplayCommandOptions): Promise<void> {
  const console = createConsole(options.json === true)
  const config = configOf(options)
  const bundle = await loadBundle(config)
  await mkdir(options.out, {recursive: true})
  const started = performance.now()
  let shownAt = 0
  const summary = await replay({
    inputs: options.input,
    outputDir: options.out,
    bundle,
    eventLimit: config.eventLimit,
    panExempt: new Set(config.panExempt.keys()),
    onProgress: (linesRead) => {
      const now = performance.now()
      if (now - shownAt < PROGRESS_EVERY_MS) return
      shownAt = now
      const rate = linesRead / ((now - started) / 1000)
      console.progress(`${grouped(linesRead)} events, ${grouped(rate)} events/s`)
    },
  })
  await writeFile(join(options.out, 'summary.json'), `${JSON.stringify(summary, null, 2)}\n`)
  console.result(summary)
  printSummary(console, summary, options.out)
}

function printSummary(console: Console, summary: ReplaySummary, dir: string): void {
  const {decisions, alerts, ledger, events_per_second} = summary
  console.line(
    `decisions: ${grouped(decisions.approve)} approve, ${grouped(decisions.review)} review, ${grouped(decisions.decline)} decline`,
  )
  console.line(
    `alerts: ${grouped(alerts.final)} stand; ${grouped(alerts.opened)} opened, ${grouped(alerts.amended)} amended, ${grouped(alerts.retracted)} retracted`,
  )
  for (const [stream, account] of Object.entries(ledger)) {
    if (account.in === 0) continue
    const {accepted, duplicate, late, dead_lettered} = account
    console.line(
      `${stream}: ${grouped(account.in)} in = ${grouped(accepted)} accepted + ${grouped(duplicate)} duplicate + ${grouped(late)} late + ${grouped(dead_lettered)} dead-lettered`,
    )
  }
  console.line(`${grouped(events_per_second)} events/s; see ${dir}`)
}
