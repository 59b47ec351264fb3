import {join} from 'node:path'
import {type Command, InvalidArgumentError} from 'commander'
import {chooseBackend} from '../../../adapters/tensorflow/backend.js'
import {loadBundle} from '../../bundle/load-bundle.js'
import {backendWords} from '../../learning/backend-words.js'
import {LOOP_NETWORK} from '../../learning/loop/loop-settings.js'
import {loopTable} from '../../learning/loop/loop-words.js'
import {runLoop, writeLoopReport} from '../../learning/loop/run-loop.js'
import {textTable} from '../../rules/text-table.js'
import {createConsole} from '../console.js'
import {type CommonOptions, configOf, examples, wholeNumber, withConfigOptions} from '../options.js'

interface EvaluateLoopOptions extends CommonOptions {
  readonly weeks: number
  readonly seed: number
  readonly users: number
  readonly frauds?: number
  readonly alertsPerDay: number
  readonly out?: string
}

export function addEvaluateLoopCommand(evaluate: Command): void {
  const loop = withConfigOptions(
    evaluate
      .command('loop')
      .description(
        'simulated weeks in which fraud changes: a model trained once against one retrained weekly',
      ),
  )
    .option('--weeks <n>', 'weeks that are judged, after four of known frauds', from1, 6)
    .option('--seed <n>', 'same seed, same result', wholeNumber, 1)
    .option('--users <n>', 'how many users', from1, 200)
    .option(
      '--frauds <n>',
      'plantings of a usual kind in a week (default: one per 400 days of a user)',
      from1,
    )
    .option('--alerts-per-day <n>', 'how many transactions can be looked at each day', from1, 20)
    .option('--out <dir>', 'folder for loop.json and loop.html, with plots')
    .option('--json', 'print the result as one JSON object')
    .action(evaluateLoop)
  examples(loop, [
    'tripline evaluate loop',
    'tripline evaluate loop --out loop-report --seed 2',
    'tripline evaluate loop --weeks 2 --users 60 --json',
  ])
}

async function evaluateLoop(options: EvaluateLoopOptions): Promise<void> {
  const console = createConsole(options.json === true)
  const {users, weeks, seed, frauds, alertsPerDay, out} = options
  const config = configOf(options)
  const bundle = await loadBundle(config)
  if (bundle.features.schema.names.length === 0)
    throw new RangeError('there are no feature views to learn from; add some below features.dir')
  console.note(backendWords(await chooseBackend(config.model.backend)))
  const network = {...LOOP_NETWORK, seed}
  const result = await runLoop({users, weeks, seed, frauds, alertsPerDay, network}, bundle, console.progress)
  console.result(result)
  for (const line of textTable(loopTable(result))) console.line(line)
  console.line(`${result.seconds} s`)
  if (out === undefined) return
  await writeLoopReport(out, result)
  console.line(`the result is in ${join(out, 'loop.json')}, with plots in ${join(out, 'loop.html')}`)
}

function from1(text: string): number {
  const count = wholeNumber(text)
  if (count < 1) throw new InvalidArgumentError('write a whole number from 1 on.')
  return count
}
