import {mkdir, realpath} from 'node:fs/promises'
import {join} from 'node:path'
import type {Command} from 'commander'
import type {Bundle} from '../../../core/bundle/bundle.js'
import type {Scorer} from '../../../engine/port/model.js'
import {type RecordedBundles, readBundleFolder} from '../../bundle/bundle-folder.js'
import {loadBundle} from '../../bundle/load-bundle.js'
import type {Config} from '../../config/config.js'
import {scorerOf} from '../../learning/scorer-of.js'
import {alertTimeSpread} from '../../replay/alert-time-spread.js'
import {compareRuns} from '../../replay/compare-runs.js'
import {comparisonWords} from '../../replay/compare-words.js'
import {AGAINST} from '../../replay/diff-rules.js'
import {requireFinalFiles} from '../../replay/final-files.js'
import {replayProgress} from '../../replay/progress.js'
import {RecordedScorer} from '../../replay/recorded-scorer.js'
import {recordedScorerOf} from '../../replay/recorded-scorer-of.js'
import {type ReplaySummary, replay} from '../../replay/replay.js'
import type {RuleDiff} from '../../replay/rule-diff.js'
import {servedWords, summaryWords} from '../../replay/summary-words.js'
import {diffFolders} from '../../rules/diff-folders.js'
import {diffWords} from '../../rules/diff-words.js'
import {type Console, createConsole} from '../console.js'
import {EXIT, UsageError} from '../exit.js'
import {type CommonOptions, configOf, examples, withConfigOptions} from '../options.js'

interface ReplayCommandOptions extends CommonOptions {
  readonly input: readonly string[]
  readonly out: string
  readonly against?: string
  readonly labels?: string
  readonly compare?: string
  readonly bundle?: string
  /** False with `--no-model`. */
  readonly model: boolean
}

export function addReplayCommand(program: Command): void {
  const command = withConfigOptions(
    program
      .command('replay')
      .description('run the engine over recorded events and write what it says')
      .requiredOption('--input <file...>', 'NDJSON files in order of arrival; - is stdin, .gz works')
      .requiredOption('--out <dir>', 'folder for alerts, decisions, dead letters and summary'),
  )
    .option('--against <dir>', 'run the same events under these rules as well, and say what changes')
    .option(
      '--labels <file>',
      'with --against: truth file that says what is fraud, instead of feedback events',
    )
    .option(
      '--compare <dir>',
      "another run's final alerts and decisions: exit code 1 if this run says otherwise",
    )
    .option(
      '--bundle <dir>',
      'the rules and settings with which a service recorded the events (the bundle folder of an export)',
    )
    .option('--no-model', 'decide by rules alone')
    .option('--json', 'print the summary as one JSON object')
    .action(runReplayCommand)
  examples(command, [
    'tripline replay --input events.ndjson --out out',
    'tripline replay --input monday.ndjson.gz tuesday.ndjson.gz --out out --json',
    'zcat events.ndjson.gz | tripline replay --input - --out out --rules my-rules',
    'tripline replay --input events.ndjson --out out --against my-rules --labels events.ndjson.truth.ndjson',
    'tripline replay --input events.ndjson.gz --out out --compare emitted',
    'tripline replay --input export/events.ndjson.gz --bundle export/bundle --out out --compare export/emitted',
  ])
}

async function runReplayCommand(options: ReplayCommandOptions): Promise<void> {
  const console = createConsole(options.json === true)
  const {out, against, compare, labels} = options
  if (labels !== undefined && against === undefined)
    throw new UsageError('--labels says how good two rule sets are; give the second one with --against')
  const recorded = await recordedBundles(options)
  const config = configOf(options)
  const bundle = recorded?.first ?? (await loadBundle(config))
  await mkdir(out, {recursive: true})
  if (compare !== undefined) await requireOtherRun(compare, out)
  const scorer = against === undefined ? await replayScorer(options, recorded, config, console) : undefined
  const {summary, diff} =
    against === undefined
      ? {summary: await runOnce(options, bundle, recorded?.byId, scorer, console), diff: undefined}
      : await runTwice(options, against, config, bundle, console)
  const comparison =
    compare === undefined
      ? undefined
      : await compareRuns({
          replayed: out,
          emitted: compare,
          alertTimeSpread: alertTimeSpread(...(recorded?.byId.values() ?? [bundle])),
        })
  const served = scorer instanceof RecordedScorer ? scorer.parity : undefined
  console.result({...summary, diff, compare: comparison, served})
  for (const line of summaryWords(summary, out)) console.line(line)
  if (served !== undefined) console.line(servedWords(served))
  for (const line of diff === undefined ? [] : diffWords(diff)) console.line(line)
  for (const line of comparison === undefined ? [] : comparisonWords(comparison)) console.line(line)
  if (comparison?.equal === false) process.exitCode = EXIT.failures
}

/** The bundles of a recording, which stand for rules and settings alike. */
async function recordedBundles(options: ReplayCommandOptions): Promise<RecordedBundles | undefined> {
  const {bundle} = options
  if (bundle === undefined) return undefined
  for (const other of ['rules', 'features', 'config', 'against'] as const)
    if (options[other] !== undefined)
      throw new UsageError(`--bundle brings its own rules and settings; leave out --${other}`)
  return readBundleFolder(bundle)
}

/** The model of the recording, where it says which it was; else that of the configuration. */
async function replayScorer(
  {bundle, model}: ReplayCommandOptions,
  recorded: RecordedBundles | undefined,
  config: Config,
  console: Console,
): Promise<Scorer | undefined> {
  if (!model) return undefined
  return bundle === undefined
    ? scorerOf(config, {onTrouble: console.note})
    : recordedScorerOf(bundle, recorded?.models, config, console.note)
}

async function runOnce(
  {input, out}: ReplayCommandOptions,
  bundle: Bundle,
  recorded: RecordedBundles['byId'] | undefined,
  scorer: Scorer | undefined,
  console: Console,
): Promise<ReplaySummary> {
  return replay({
    inputs: input,
    outputDir: out,
    bundle,
    recorded,
    scorer,
    onProgress: replayProgress(console),
  })
}

async function runTwice(
  options: ReplayCommandOptions,
  against: string,
  config: Config,
  bundle: Bundle,
  console: Console,
): Promise<{summary: ReplaySummary; diff: RuleDiff}> {
  return diffFolders({
    inputs: options.input,
    outputDir: options.out,
    bundles: {a: bundle, b: await loadBundle(configOf({...options, rules: against}))},
    folders: {a: config.rules.dir, b: against},
    labelsFile: options.labels,
    console,
  })
}

/** Refuses a folder that is no run's, or that this run is about to overwrite. */
async function requireOtherRun(compare: string, out: string): Promise<void> {
  await requireFinalFiles(compare)
  const emitted = await realpath(compare)
  const written = await realpath(out)
  if (emitted === written || emitted === join(written, AGAINST))
    throw new UsageError(`${compare}: --compare names the folder that --out overwrites; give another --out`)
}
