import type {Command} from 'commander'
import {readBundleFolder} from '../../bundle/bundle-folder.js'
import {loadBundle} from '../../bundle/load-bundle.js'
import type {Config} from '../../config/config.js'
import {withRecordedInput} from '../../export/recorded-input.js'
import {scorerOf} from '../../learning/scorer-of.js'
import {replayProgress} from '../../replay/progress.js'
import {recordedScorerOf} from '../../replay/recorded-scorer-of.js'
import {economicsWords} from '../../rules/economics-words.js'
import {type EconomicsReport, ruleEconomics} from '../../rules/rule-economics.js'
import {SYSTEM_CLOCK} from '../../service/system-clock.js'
import {type Console, createConsole} from '../console.js'
import {UsageError} from '../exit.js'
import {type CommonOptions, configOf, examples, withConfigOptions} from '../options.js'

interface RulesEconomicsOptions extends CommonOptions {
  readonly input?: string
  readonly events?: readonly string[]
  readonly labels?: string
}

export function addRulesEconomicsCommand(rules: Command): void {
  const command = withConfigOptions(
    rules
      .command('economics')
      .description(
        'what each rule is worth: precision, what only it catches, overlap, money saved per alert',
      ),
  )
    .option('--input <dir>', 'an export, or the data of a stopped service (default: data_dir)')
    .option('--events <file...>', 'or NDJSON files, under the rules of the folder; .gz works')
    .option('--labels <file>', 'truth file that says what is fraud, instead of feedback events')
    .option('--json', 'print the result as one JSON object')
    .action(runRulesEconomics)
  examples(command, [
    'tripline rules economics',
    'tripline rules economics --input export --json',
    'tripline rules economics --events week.ndjson.gz --rules my-rules --labels week.truth.ndjson',
  ])
}

async function runRulesEconomics(options: RulesEconomicsOptions): Promise<void> {
  const console = createConsole(options.json === true)
  if (options.events !== undefined && options.input !== undefined)
    throw new UsageError('--events and --input both say what to read; give one of them')
  const config = configOf(options)
  const report =
    options.events === undefined
      ? await ofRecording(options, config, console)
      : await ofEvents(options.events, options, config, console)
  console.result(report)
  for (const line of economicsWords(report)) console.line(line)
}

/** By the rules, the settings and the model that were in force when the events came. */
function ofRecording(
  {input, labels}: RulesEconomicsOptions,
  config: Config,
  console: Console,
): Promise<EconomicsReport> {
  const folder = input ?? config.dataDir
  return withRecordedInput(folder, config, SYSTEM_CLOCK, console.note, async ({events, bundleFolder}) => {
    const {first, byId, models} = await readBundleFolder(bundleFolder)
    return ruleEconomics({
      ...{inputs: [events], bundle: first, recorded: byId, labelsFile: labels},
      scorer: await recordedScorerOf(bundleFolder, models, config, console.note),
      onProgress: replayProgress(console),
    })
  })
}

async function ofEvents(
  inputs: readonly string[],
  {labels}: RulesEconomicsOptions,
  config: Config,
  console: Console,
): Promise<EconomicsReport> {
  return ruleEconomics({
    ...{inputs, bundle: await loadBundle(config), labelsFile: labels},
    scorer: await scorerOf(config, {onTrouble: console.note}),
    onProgress: replayProgress(console),
  })
}
