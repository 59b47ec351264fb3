import {setTimeout as sleep} from 'node:timers/promises'
import {folderState} from '../../adapters/files/folder-state.js'
import {formatFault} from '../../core/source/source-fault.js'
import {authenticatorOf} from '../auth/authenticator.js'
import {NothingInForceError} from '../bundle/kept-bundles.js'
import {BundleError, loadFolders} from '../bundle/load-bundle.js'
import type {Config} from '../config/config.js'
import {processEnvironment} from '../config/environment.js'
import {kafkaTarget} from '../config/kafka-target.js'
import {redisTarget} from '../config/redis-target.js'
import {ClusterService} from '../service/cluster/cluster-service.js'
import {serveCluster} from '../service/cluster/serve-cluster.js'
import {FolderWatch} from '../service/folder-watch.js'
import {serviceLog} from '../service/service-log.js'
import {ServiceModel} from '../service/service-model.js'
import {SYSTEM_CLOCK} from '../service/system-clock.js'
import {tracingOf} from '../service/tracing-of.js'
import {endSignal} from './end-signal.js'
import {EXIT} from './exit.js'

/** Whatever hangs then is cut off: commits are whole or not at all, and others go on from them. */
const STOP_LIMIT_MS = 25_000

/** One worker of the cluster, until it is told to end. */
export async function runCluster(config: Config): Promise<void> {
  const started = performance.now()
  const log = serviceLog()
  const authenticate = await authenticatorOf(config, SYSTEM_CLOCK, (error) =>
    log.error({error: error.message}, 'API keys cannot be read; those known before go on to count'),
  )
  const environment = processEnvironment()
  const [kafka, redis] = [kafkaTarget(config, environment), redisTarget(config, environment)]
  const watched = [config.rules.dir, config.features.dir]
  const stateAtStart = await folderState(watched)
  const folder = await loadFolders(config).catch((error: unknown) => {
    if (error instanceof BundleError) return error
    throw error
  })
  const ended = endSignal()
  const model = await ServiceModel.open(config, log)
  const tracing = await tracingOf(config)
  const service = await ClusterService.start({
    ...{config, kafka, redis, tracing},
    folder: folder instanceof BundleError ? undefined : folder,
    clock: SYSTEM_CLOCK,
    scorer: model.scorer,
    log: (level, message, details) => log[level](details, message),
    onBatch: ({input, alerts}) => {
      if (input.records.length === 0) return
      const {partition, records} = input
      log.debug({partition, records: records.length, alerts: alerts.length}, 'batch')
    },
    onAssigned: (partitions) => log.info({partitions}, 'partitions assigned'),
    onActivated: (report) => log.info(report, 'rules activated'),
    onModelsShared: () => model.watch(),
    onRetrained: (report) => log[report.outcome === 'failed' ? 'error' : 'info'](report, 'model training'),
    onRefused: (faults) => log.error({faults}, 'rules refused; those in force stay so'),
    onFailure: ({message}) => {
      log.fatal({error: message}, 'stopped; nothing that was acknowledged is lost: start again to go on')
      process.exitCode = EXIT.unavailable
      ended.now()
    },
  }).catch((error: unknown) => {
    throw error instanceof NothingInForceError && folder instanceof BundleError ? folder : error
  })
  if (folder instanceof BundleError) service.rules.refuse(folder.faults.map(formatFault))
  const http = await serveCluster(service, config, {
    ...{logger: log, authenticate, instrument: tracing?.instrument},
  })
  const watch = config.rules.watch
    ? new FolderWatch(watched, stateAtStart, () =>
        service.rules
          .folderMayHaveChanged()
          .catch(({message}: Error) => log.warn({error: message}, 'changed rules were not activated')),
      )
    : undefined
  log.info({url: http.url, ready_ms: Math.round(performance.now() - started)}, 'ready')
  if (authenticate === undefined) log.info('no API keys are configured: the service listens on loopback only')
  await ended.signal
  log.info('stopping')
  const cut = setTimeout(() => process.exit(EXIT.unavailable), STOP_LIMIT_MS)
  service.drain()
  await watch?.stop()
  await sleep(config.http.drain)
  await http.close()
  await model.stop()
  await service.stop()
  await tracing?.stop()
  clearTimeout(cut)
  log.info('stopped')
}
