import {mkdir, mkdtemp, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import type {Command} from 'commander'
import {loadBundle} from '../../bundle/load-bundle.js'
import {diffFolders} from '../../rules/diff-folders.js'
import {diffWords} from '../../rules/diff-words.js'
import {createConsole} from '../console.js'
import {configOf, examples} from '../options.js'

interface RulesDiffOptions {
  readonly events: readonly string[]
  readonly labels?: string
  readonly out?: string
  readonly config?: string
  readonly features?: string
  readonly json?: boolean
}

export function addRulesDiffCommand(rules: Command): void {
  const command = rules
    .command('diff')
    .description('run recorded events under two rule folders: which alerts and decisions change from A to B')
    .argument('<a>', 'folder of rules, lists and policy')
    .argument('<b>', 'the same, changed')
    .requiredOption('--events <file...>', 'NDJSON files in order of arrival; .gz works')
    .option('--labels <file>', 'truth file that says what is fraud, instead of feedback events')
    .option('--out <dir>', 'folder for both runs, diff.json and diff.ndjson (every change)')
    .option('--config <file>', 'configuration file (default: tripline.yaml, if there is one)')
    .option('--features <dir>', 'folder of feature views and rates (setting features.dir)')
    .option('--json', 'print the summary under A and the difference as one JSON object')
    .action(runRulesDiff)
  examples(command, [
    'tripline rules diff cep-rules my-rules --events events.ndjson',
    'tripline rules diff cep-rules my-rules --events week.ndjson.gz --labels week.truth.ndjson --out diff',
  ])
}

async function runRulesDiff(a: string, b: string, options: RulesDiffOptions): Promise<void> {
  const {out} = options
  if (out !== undefined) {
    await mkdir(out, {recursive: true})
    await diffInto(out, a, b, options)
    return
  }
  const temporary = await mkdtemp(join(tmpdir(), 'tripline-diff-'))
  try {
    await diffInto(temporary, a, b, options)
  } finally {
    await rm(temporary, {recursive: true, force: true})
  }
}

async function diffInto(outputDir: string, a: string, b: string, options: RulesDiffOptions): Promise<void> {
  const console = createConsole(options.json === true)
  const configs = {a: configOf({...options, rules: a}), b: configOf({...options, rules: b})}
  const {summary, diff} = await diffFolders({
    inputs: options.events,
    outputDir,
    bundles: {a: await loadBundle(configs.a), b: await loadBundle(configs.b)},
    folders: {a, b},
    labelsFile: options.labels,
    console,
  })
  console.result({...summary, diff})
  for (const line of diffWords(diff)) console.line(line)
  if (options.out !== undefined) console.line(`every change is in ${join(options.out, 'diff.ndjson')}`)
}
