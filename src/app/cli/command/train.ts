import {mkdir, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {type Command, InvalidArgumentError} from 'commander'
import {chooseBackend} from '../../../adapters/tensorflow/backend.js'
import {type EventTime, formatTime} from '../../../core/event/time.js'
import {parseDuration} from '../../../core/source/duration.js'
import {htmlReport} from '../../../learning/report/html-report.js'
import {scorePlots} from '../../../learning/report/score-plots.js'
import {DEFAULT_NETWORK} from '../../../learning/training/default-network.js'
import {loadBundle} from '../../bundle/load-bundle.js'
import {backendWords} from '../../learning/backend-words.js'
import {modelRegistry} from '../../learning/model-store.js'
import {servedSource} from '../../learning/served-source.js'
import {type TrainResult, train} from '../../learning/train.js'
import {trainWords} from '../../learning/train-words.js'
import {SYSTEM_CLOCK} from '../../service/system-clock.js'
import {createConsole, grouped} from '../console.js'
import {UsageError} from '../exit.js'
import {databaseOrService} from '../learn-from-service.js'
import {
  type CommonOptions,
  configOf,
  examples,
  positiveNumber,
  wholeNumber,
  withConfigOptions,
} from '../options.js'

interface TrainCommandOptions extends CommonOptions {
  readonly input?: readonly string[]
  readonly fromService?: boolean
  readonly labels?: string
  readonly maturity: number
  readonly seed: number
  readonly epochs: number
  readonly members: number
  readonly hidden: readonly number[]
  readonly alertsPerDay: number
  readonly costs?: {readonly falseAlert: number; readonly missedFraud: number}
  readonly id: string
  readonly out?: string
  readonly report?: string
}

export function addTrainCommand(program: Command): void {
  const command = withConfigOptions(
    program
      .command('train')
      .description('train a new version of the model from recorded events and what reviewers said')
      .option('--input <file...>', 'NDJSON files in order of arrival; .gz works')
      .option(
        '--from-service',
        'learn from what the service in data_dir served and was told; a running one trains beside itself, by its own settings',
      )
      .option('--labels <file>', 'truth file that says what is fraud, instead of feedback events')
      .option(
        '--maturity <duration>',
        'a transaction without a verdict is legitimate after so long',
        span,
        span('30d'),
      )
      .option('--seed <n>', 'same seed, same weights', wholeNumber, DEFAULT_NETWORK.seed)
      .option('--epochs <n>', 'passes over the transactions at most', wholeNumber, DEFAULT_NETWORK.epochs)
      .option('--members <n>', 'networks that are averaged', wholeNumber, DEFAULT_NETWORK.members)
      .option('--hidden <widths>', 'widths of the hidden layers, with commas', widths, DEFAULT_NETWORK.hidden)
      .option('--alerts-per-day <n>', 'the threshold gives at most so many alerts', positiveNumber, 50)
      .option(
        '--costs <false:missed>',
        'or the threshold of least cost: of a false alert and of a missed fraud',
        costs,
      )
      .option('--id <name>', 'what the model is called', 'tripline')
      .option('--out <dir>', 'write the version to this folder, not to the registry in data_dir')
      .option('--report <dir>', 'folder for a page with plots of the result'),
  )
    .option('--json', 'print the result as one JSON object')
    .action(runTrain)
  examples(command, [
    'tripline train --input events.ndjson.gz',
    'tripline train --input week1.ndjson week2.ndjson --maturity 7d --costs 5:400',
    'tripline train --from-service',
    'tripline train --input events.ndjson --labels events.ndjson.truth.ndjson --out my-model',
  ])
}

async function runTrain(options: TrainCommandOptions): Promise<void> {
  const console = createConsole(options.json === true)
  if (options.input === undefined && options.fromService !== true)
    throw new UsageError('what to learn from? Name files by --input, or say --from-service')
  if (options.fromService === true && (options.input ?? options.labels) !== undefined)
    throw new UsageError(
      '--from-service brings its own transactions and labels; leave out --input and --labels',
    )
  const config = configOf(options)
  const database = options.fromService === true ? await databaseOrService(config, console) : undefined
  if (database === 'asked') return
  const bundle = await loadBundle(config)
  console.note(backendWords(await chooseBackend(config.model.backend)))
  const registry = modelRegistry(config)
  const {seed, epochs, members, hidden, costs: chosenCosts, alertsPerDay} = options
  const result = await train({
    source:
      options.input === undefined
        ? servedSource(database, bundle.features.schema, SYSTEM_CLOCK)
        : {
            inputs: options.input,
            truthFile: options.labels,
            bundle,
            onLines: (lines) => console.progress(`features: ${grouped(lines)} lines`),
          },
    maturity: options.maturity,
    settings: {...DEFAULT_NETWORK, seed, epochs, members, hidden},
    threshold: chosenCosts === undefined ? {by: 'budget', alertsPerDay} : {by: 'cost', ...chosenCosts},
    modelId: options.id,
    target: options.out === undefined ? {registry} : {folder: options.out},
    createdAt: formatTime(SYSTEM_CLOCK.now() as number as EventTime),
    onEpoch: ({member, members: all, epoch, epochs: most, loss, averagePrecision}) =>
      console.progress(
        `network ${member} of ${all}, epoch ${epoch} of ${most}: loss ${loss.toFixed(5)}, average precision ${averagePrecision?.toFixed(3)} on later transactions`,
      ),
  }).finally(() => database?.close())
  const {version, manifest, verdicts} = result
  console.result({version, ...manifest, verdicts})
  for (const line of trainWords(result, options.out ?? join(config.dataDir, 'models'))) console.line(line)
  if (options.report !== undefined) await writeReport(options.report, result)
}

async function writeReport(folder: string, {version, manifest, tested}: TrainResult): Promise<void> {
  const {id, metrics} = manifest
  await mkdir(folder, {recursive: true})
  const page = htmlReport({
    title: `Model ${id} version ${version}`,
    introduction: `Judged by the latest ${tested.scores.length} labelled transactions, which it was not trained on.`,
    table: [
      ['', 'value'],
      ...Object.entries(metrics).map(([name, value]) => [name.replaceAll('_', ' '), value.toFixed(4)]),
    ],
    plots: scorePlots([{name: id, scores: tested.scores, labels: tested.set.labels}]),
  })
  await writeFile(join(folder, 'training.html'), page)
}

function span(text: string): number {
  const ms = parseDuration(text)
  if (ms === undefined) throw new InvalidArgumentError('write a duration such as 30d or 12h.')
  return ms
}

function widths(text: string): number[] {
  if (!/^[1-9]\d{0,3}(,[1-9]\d{0,3}){0,3}$/.test(text))
    throw new InvalidArgumentError('write one to four widths from 1 to 9999, such as 64,32.')
  return text.split(',').map(Number)
}

function costs(text: string): {falseAlert: number; missedFraud: number} {
  const [falseAlert, missedFraud, ...more] = text.split(':').map(Number)
  const isRight =
    more.length === 0 &&
    [falseAlert, missedFraud].every((cost) => Number.isFinite(cost) && (cost as number) > 0)
  if (!isRight) throw new InvalidArgumentError('write two numbers greater than 0, such as 5:400.')
  return {falseAlert: falseAlert as number, missedFraud: missedFraud as number}
}
