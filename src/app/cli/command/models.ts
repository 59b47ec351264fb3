import type {Command} from 'commander'
import {DataDirLockedError, type EmbeddedDatabase} from '../../../adapters/embedded/database.js'
import type {ModelProposal} from '../../../adapters/http/model-proposals.js'
import type {Promotion} from '../../../adapters/http/models-service.js'
import {type EventTime, formatTime} from '../../../core/event/time.js'
import {loadBundle} from '../../bundle/load-bundle.js'
import type {Config} from '../../config/config.js'
import {databaseHere} from '../../learning/database-here.js'
import {modelRegistry} from '../../learning/model-store.js'
import {changeWords, modelRecord, modelsTable, modelWords} from '../../learning/models-words.js'
import {promoteHere} from '../../learning/promote-here.js'
import {textTable} from '../../rules/text-table.js'
import {machineUser} from '../../service/machine-user.js'
import {readServiceAddress, type ServiceAddress} from '../../service/service-address.js'
import {SYSTEM_CLOCK} from '../../service/system-clock.js'
import {askService} from '../ask-service.js'
import {createConsole} from '../console.js'
import {type CommonOptions, configOf, examples, wholeNumber, withConfigOptions} from '../options.js'
import {addModelsDriftCommand} from './models-drift.js'

interface PromoteOptions extends CommonOptions {
  readonly force?: boolean
}

export function addModelsCommand(program: Command): void {
  const models = program.command('models').description('the versions of the model, and which of them decides')
  const listing = withOptions(models.command('list').description('all versions')).action(listModels)
  const showing = withOptions(models.command('show').description('all about one version'))
    .argument('<version>', 'its number', wholeNumber)
    .action(showModel)
  const promoting = withOptions(
    models.command('promote').description('make a version champion, if it did better than the one there is'),
  )
    .argument('<version>', 'its number', wholeNumber)
    .option('--force', 'without that evidence')
    .action(promoteModel)
  withOptions(
    models.command('rollback').description('make the champion before this one champion again'),
  ).action(rollbackModel)
  addModelsDriftCommand(models)
  examples(listing, ['tripline models list', 'tripline models list --json'])
  examples(showing, ['tripline models show 3'])
  examples(promoting, ['tripline models promote 3', 'tripline models promote 2 --force'])
}

function withOptions(command: Command): Command {
  return withConfigOptions(command).option('--json', 'print one JSON object')
}

async function listModels(options: CommonOptions): Promise<void> {
  const console = createConsole(options.json === true)
  const registry = modelRegistry(configOf(options))
  const models = await registry.list()
  const history = await registry.history()
  console.result({models: models.map(modelRecord), history})
  if (models.length === 0) console.line('there is no version yet; tripline train makes one')
  else for (const line of textTable(modelsTable(models))) console.line(line)
  for (const change of history) console.line(changeWords(change))
}

async function showModel(version: number, options: CommonOptions): Promise<void> {
  const console = createConsole(options.json === true)
  const registry = modelRegistry(configOf(options))
  const {manifest} = await registry.load(version)
  const model = (await registry.list()).find((each) => each.version === version)
  console.result(model === undefined ? {manifest} : modelRecord(model))
  for (const line of modelWords(manifest)) console.line(line)
}

async function promoteModel(version: number, options: PromoteOptions): Promise<void> {
  const console = createConsole(options.json === true)
  const done = await promoted(version, configOf(options), options.force === true)
  if (typeof done === 'object') {
    console.result({proposal: done})
    console.line(
      `promoting version ${version} waits for somebody else: POST /v1/models/proposal/approve with ${done.id}`,
    )
    return
  }
  const reason = done
  console.result({champion: version, reason})
  console.line(`version ${version} is champion`)
  console.line(reason)
}

/** A running service is asked to do it: only it has the evidence at hand. It need not be asked to do without. */
async function promoted(version: number, config: Config, force: boolean): Promise<string | ModelProposal> {
  const {features} = await loadBundle(config)
  const terms = {config, schema: features.schema, clock: SYSTEM_CLOCK, by: machineUser(), force}
  let database: EmbeddedDatabase | undefined
  try {
    database = await databaseHere(config)
  } catch (error) {
    if (!(error instanceof DataDirLockedError)) throw error
    const address = force ? undefined : await readServiceAddress(config.dataDir)
    if (address !== undefined) return askToPromote(address, version)
  }
  return promoteHere(version, database, terms).finally(() => database?.close())
}

async function askToPromote(address: ServiceAddress, version: number): Promise<string | ModelProposal> {
  const answer = (await askService(address, `/v1/models/${version}/promote`)) as
    | Promotion
    | {readonly proposal: ModelProposal}
  return 'proposal' in answer ? answer.proposal : answer.reason
}

async function rollbackModel(options: CommonOptions): Promise<void> {
  const console = createConsole(options.json === true)
  const version = await modelRegistry(configOf(options)).rollback(now())
  console.result({champion: version})
  console.line(`version ${version} is champion again`)
}

function now(): string {
  return formatTime(SYSTEM_CLOCK.now() as number as EventTime)
}
