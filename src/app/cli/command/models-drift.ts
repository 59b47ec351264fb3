import type {Command} from 'commander'
import {ModelRefusedError} from '../../../core/model/model-refusal.js'
import {measureDrift} from '../../learning/drift.js'
import {driftWords} from '../../learning/drift-words.js'
import {modelRegistry} from '../../learning/model-store.js'
import {openServed} from '../../learning/open-served.js'
import {createConsole} from '../console.js'
import {type CommonOptions, configOf, examples, wholeNumber, withConfigOptions} from '../options.js'

interface DriftOptions extends CommonOptions {
  readonly against?: number
  readonly input?: string
}

export function addModelsDriftCommand(models: Command): void {
  const command = withConfigOptions(
    models
      .command('drift')
      .description(
        'how far features and scores lie from those that a version was trained on; promotes nothing',
      ),
  )
    .option('--against <version>', 'its number (default: the champion)', wholeNumber)
    .option('--input <dir>', 'an export, or the data of a stopped service (default: data_dir)')
    .option('--json', 'print one JSON object')
    .action(modelsDrift)
  examples(command, ['tripline models drift', 'tripline models drift --against 3 --input export --json'])
}

async function modelsDrift(options: DriftOptions): Promise<void> {
  const console = createConsole(options.json === true)
  const config = configOf(options)
  const registry = modelRegistry(config)
  const version = options.against ?? (await registry.versionOf('champion'))
  if (version === undefined)
    throw new ModelRefusedError('model_missing', 'there is no champion; name a version with --against')
  const {manifest} = await registry.load(version)
  const report = await measureDrift(manifest, openServed(options.input ?? config.dataDir, manifest.features))
  console.result(report)
  for (const line of driftWords(report)) console.line(line)
}
