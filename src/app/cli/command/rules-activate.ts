import {resolve} from 'node:path'
import type {Command} from 'commander'
import {DataDirLockedError} from '../../../adapters/embedded/database.js'
import type {RuleProposal} from '../../../adapters/http/rule-proposals.js'
import {type ActivationReport, RulesRefusedError} from '../../../adapters/http/rules-service.js'
import type {Config} from '../../config/config.js'
import {EmbeddedService} from '../../service/embedded-service.js'
import {machineUser} from '../../service/machine-user.js'
import {readServiceAddress, type ServiceAddress} from '../../service/service-address.js'
import {SYSTEM_CLOCK} from '../../service/system-clock.js'
import {askService} from '../ask-service.js'
import {type Console, createConsole} from '../console.js'
import {UsageError} from '../exit.js'
import {type CommonOptions, configOf, examples, withConfigOptions} from '../options.js'

/** A running service with keys brings rules into force when a second person agrees. */
interface Proposed {
  readonly proposal: RuleProposal
}

interface ActivateOptions extends CommonOptions {
  readonly dataDir?: string
  readonly backfill?: readonly string[]
  readonly bundle?: string
}

export function addRulesActivateCommand(rules: Command): void {
  examples(
    withConfigOptions(
      rules
        .command('activate')
        .description('put the rules of the folder into force, in a running service or for its next start'),
    )
      .option('--data-dir <dir>', 'data directory of the service (setting data_dir)')
      .option('--backfill <rule...>', 'rules that look at once at every anchor that is not settled')
      .option('--bundle <id>', 'rules that were in force before, by the id that decisions and alerts carry')
      .option('--json', 'print what changed as one JSON object')
      .action(activate),
    [
      'tripline rules activate',
      'tripline rules activate --backfill geo-jump-high-value',
      'tripline rules activate --bundle 9f2c41d8a0b7356e9f2c41d8a0b7356e',
    ],
  )
}

async function activate(options: ActivateOptions): Promise<void> {
  const console = createConsole(options.json === true)
  const config = configOf(options, options.dataDir === undefined ? {} : {data_dir: options.dataDir})
  const report = await activateIn(config, options).catch((error: unknown) => {
    throw error instanceof RulesRefusedError ? new UsageError(error.message) : error
  })
  console.result(report)
  if ('proposal' in report) printProposal(console, report)
  else print(console, report)
}

async function activateIn(config: Config, options: ActivateOptions): Promise<ActivationReport | Proposed> {
  if (config.profile === 'cluster') {
    const {activateInCluster} = await import('../activate-in-cluster.js')
    return activateInCluster(config, {bundle: options.bundle, backfill: options.backfill ?? []})
  }
  try {
    return await activateDirectly(config, options)
  } catch (error) {
    if (!(error instanceof DataDirLockedError)) throw error
    const address = await readServiceAddress(config.dataDir)
    if (address === undefined) throw error
    return activateRunning(address, options)
  }
}

/** Without a service: on the data directory, as the service would do it. */
async function activateDirectly(
  config: Config,
  {bundle, backfill = []}: ActivateOptions,
): Promise<ActivationReport> {
  const service = await EmbeddedService.start({
    config,
    folder: undefined,
    dataDir: config.dataDir,
    clock: SYSTEM_CLOCK,
    // Whoever waits for the activation hears of it.
    onFailure: () => undefined,
  })
  try {
    return await service.parts.rules.activate({by: machineUser(), bundle, backfill})
  } finally {
    await service.stop()
  }
}

async function activateRunning(
  address: ServiceAddress,
  {rules, features, bundle, backfill = []}: ActivateOptions,
): Promise<ActivationReport | Proposed> {
  for (const [option, given, own] of [
    ['--rules', rules, address.rules],
    ['--features', features, address.features],
  ] as const) {
    if (given !== undefined && resolve(given) !== own)
      throw new UsageError(`the running service reads ${own}; put the rules there, and leave out ${option}`)
  }
  return (await askService(address, '/v1/rules', {bundle, backfill})) as ActivationReport | Proposed
}

function printProposal(console: Console, {proposal: {id, bundle}}: Proposed): void {
  console.line(`bundle ${bundle} is proposed; somebody else approves it: POST /v1/rules/proposal/approve`)
  console.line(`with the body {"id": "${id}"}`)
}

function print(console: Console, report: ActivationReport): void {
  const {bundle, previous, activated_at, added, changed, removed, backfilled} = report
  if (activated_at === null) {
    console.line(`nothing differs from what is in force: bundle ${bundle}`)
    return
  }
  console.line(`bundle ${bundle} is in force since ${activated_at}`)
  for (const rule of added) console.line(`added ${rule.id} version ${rule.version}: ${exactness(rule)}`)
  for (const rule of changed)
    console.line(`changed ${rule.id} from version ${rule.from} to ${rule.to}: ${exactness(rule)}`)
  for (const {id, version} of removed) console.line(`removed ${id} version ${version}`)
  for (const {id, since} of backfilled)
    console.line(`${id} looks at every anchor ${since === null ? 'there is' : `since ${since}`}`)
  if (bundle !== previous && added.length + changed.length + removed.length === 0)
    console.line('the same rules, with other lists, policy, rates, settings or texts')
}

function exactness({since, exact_from}: {since: string | null; exact_from: string | null}): string {
  return exact_from === null || exact_from === since ? 'exact at once' : `exact from ${exact_from}`
}
