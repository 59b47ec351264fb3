import type {Command} from 'commander'
import {pino} from 'pino'
import {assertLoopback} from '../../../adapters/http/loopback.js'
import {loadBundle} from '../../bundle/load-bundle.js'
import type {Config} from '../../config/config.js'
import {printConfig} from '../../config/print-config.js'
import {EmbeddedService} from '../../service/embedded-service.js'
import {serveHttp} from '../../service/serve-http.js'
import {SYSTEM_CLOCK} from '../../service/system-clock.js'
import {EXIT, UsageError} from '../exit.js'
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
  if (config.profile === 'cluster') {
    throw new UsageError(
      'the cluster profile is not part of this version; use --profile embedded',
      EXIT.unavailable,
    )
  }
  assertLoopback(config.http.host)
  await serve(config)
}

async function serve(config: Config): Promise<void> {
  const started = performance.now()
  const log = pino({base: null})
  const bundle = await loadBundle(config)
  const ended = endSignal()
  const service = await EmbeddedService.start({
    config,
    bundle,
    dataDir: config.dataDir,
    clock: SYSTEM_CLOCK,
    onBatch: ({input, alerts}) => {
      if (input.records.length > 0) log.debug({records: input.records.length, alerts: alerts.length}, 'batch')
    },
    onFailure: (error) => {
      log.fatal(
        {error: error.message},
        'stopped; nothing that was acknowledged is lost: start again to go on',
      )
      process.exitCode = EXIT.unavailable
      ended.now()
    },
  })
  const http = await serveHttp(service, bundle, config, log)
  const readyMs = Math.round(performance.now() - started)
  log.info({url: http.url, bundle: bundle.id, rules: bundle.rules.length, ready_ms: readyMs}, 'ready')
  log.info('no API keys are configured: the service listens on loopback only')
  await ended.signal
  log.info('stopping')
  await http.close()
  await service.stop()
  log.info('stopped')
}

/** Resolves at SIGTERM or SIGINT, or when `now` is called. */
function endSignal(): {readonly signal: Promise<void>; now(): void} {
  let now: () => void = () => undefined
  const signal = new Promise<void>((resolve) => {
    now = resolve
    process.once('SIGTERM', resolve)
    process.once('SIGINT', resolve)
  })
  return {signal, now}
}
