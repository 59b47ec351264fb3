import type {Command} from 'commander'
import type {Logger} from 'pino'
import {folderState} from '../../../adapters/files/folder-state.js'
import {formatFault} from '../../../core/source/source-fault.js'
import {authenticatorOf} from '../../auth/authenticator.js'
import {NothingInForceError} from '../../bundle/kept-bundles.js'
import {BundleError, loadFolders} from '../../bundle/load-bundle.js'
import type {Config} from '../../config/config.js'
import {printConfig} from '../../config/print-config.js'
import {EmbeddedService} from '../../service/embedded-service.js'
import {FolderWatch} from '../../service/folder-watch.js'
import {serveHttp} from '../../service/serve-http.js'
import {removeServiceAddress, writeServiceAddress} from '../../service/service-address.js'
import {serviceLog} from '../../service/service-log.js'
import {ServiceModel} from '../../service/service-model.js'
import {SYSTEM_CLOCK} from '../../service/system-clock.js'
import {endSignal} from '../end-signal.js'
import {EXIT} from '../exit.js'
import {type CommonOptions, configOf, examples, withConfigOptions} from '../options.js'

interface RunOptions extends CommonOptions {
  readonly profile?: string
  readonly dataDir?: string
  readonly port?: string
  readonly printConfig?: boolean
}

export function addRunCommand(program: Command): void {
  const command = withConfigOptions(program.command('run').description('run the service'))
    .option('--profile <name>', 'embedded (one process, local disk) or cluster (Kafka and Redis)')
    .option('--data-dir <dir>', 'where the embedded profile keeps everything (setting data_dir)')
    .option('--port <n>', 'port of the HTTP API; 0 takes a free one (setting http.port)')
    .option('--print-config', 'print every setting with its value, origin and meaning, and stop')
    .action(runService)
  examples(command, [
    'tripline run --profile embedded',
    'tripline run --print-config',
    `curl -H 'content-type: application/json' http://127.0.0.1:8080/v1/events/transactions \\
      -d '{"transaction_id":"t1","user_id":"u1","amount":25000,"event_time":"2026-01-31T12:00:00Z"}'`,
  ])
}

async function runService(options: RunOptions): Promise<void> {
  const config = configOf(options, {
    ...(options.profile === undefined ? {} : {profile: options.profile}),
    ...(options.dataDir === undefined ? {} : {data_dir: options.dataDir}),
    ...(options.port === undefined ? {} : {'http.port': options.port}),
  })
  if (options.printConfig === true) {
    process.stdout.write(printConfig(config))
    return
  }
  if (config.profile === 'cluster') await (await import('../run-cluster.js')).runCluster(config)
  else await serve(config)
}

async function serve(config: Config): Promise<void> {
  const started = performance.now()
  const log = serviceLog()
  const authenticate = await authenticatorOf(config, SYSTEM_CLOCK, (error) =>
    log.error({error: error.message}, 'API keys cannot be read; those known before go on to count'),
  )
  const watched = [config.rules.dir, config.features.dir]
  const stateAtStart = await folderState(watched)
  const folder = await loadFolders(config).catch(bundleErrorOf)
  const ended = endSignal()
  const model = await ServiceModel.open(config, log)
  const service = await EmbeddedService.start({
    config,
    folder: folder instanceof BundleError ? undefined : folder,
    dataDir: config.dataDir,
    clock: SYSTEM_CLOCK,
    scorer: model.scorer,
    onBatch: ({input, alerts}) => {
      if (input.records.length > 0) log.debug({records: input.records.length, alerts: alerts.length}, 'batch')
    },
    onActivated: (report) => log.info(report, 'rules activated'),
    onRefused: (faults) => log.error({faults}, 'rules refused; those in force stay so'),
    onRetrained: (report) => log[report.outcome === 'failed' ? 'error' : 'info'](report, 'model training'),
    onWebhookFailure: ({message}) => log.warn({error: message}, 'webhooks: the queue failed; trying again'),
    onFailure: (error) => {
      log.fatal(
        {error: error.message},
        'stopped; nothing that was acknowledged is lost: start again to go on',
      )
      process.exitCode = EXIT.unavailable
      ended.now()
    },
  }).catch((error: unknown) => {
    throw error instanceof NothingInForceError && folder instanceof BundleError ? folder : error
  })
  if (folder instanceof BundleError) service.parts.rules.refuse(folder.faults.map(formatFault))
  const http = await serveHttp(service, config, {logger: log, authenticate})
  await writeServiceAddress(config, http.url)
  const watch = config.rules.watch
    ? new FolderWatch(watched, stateAtStart, () =>
        service.parts.rules.folderMayHaveChanged().catch(tell(log)),
      )
    : undefined
  await model.watch()
  await service.desks.learning.begin()
  const {bundle} = service.parts.partition
  const readyMs = Math.round(performance.now() - started)
  log.info({url: http.url, bundle: bundle.id, rules: bundle.rules.length, ready_ms: readyMs}, 'ready')
  if (authenticate === undefined) log.info('no API keys are configured: the service listens on loopback only')
  await ended.signal
  log.info('stopping')
  await http.close()
  await watch?.stop()
  await model.stop()
  await service.stop()
  await removeServiceAddress(config)
  log.info('stopped')
}

/** What is wrong with the folders; rules that were in force before go on without them. */
function bundleErrorOf(error: unknown): BundleError {
  if (error instanceof BundleError) return error
  throw error
}

/** The service stops or has failed, and says so itself: the rules will be looked at with its next start. */
function tell(log: Logger): (error: Error) => void {
  return ({message}) => log.warn({error: message}, 'changed rules were not activated')
}
