import type {Command} from 'commander'
import {DataDirLockedError, EmbeddedDatabase} from '../../../adapters/embedded/database.js'
import type {ForgetReport} from '../../../adapters/http/forget-service.js'
import type {Config} from '../../config/config.js'
import {bearerOf, processEnvironment} from '../../config/environment.js'
import {EmbeddedService} from '../../service/embedded-service.js'
import {machineUser} from '../../service/machine-user.js'
import {readServiceAddress, type ServiceAddress} from '../../service/service-address.js'
import {SYSTEM_CLOCK} from '../../service/system-clock.js'
import {createConsole} from '../console.js'
import {EXIT, UsageError} from '../exit.js'
import {type CommonOptions, configOf, examples} from '../options.js'

interface ForgetOptions extends Pick<CommonOptions, 'config' | 'json'> {
  readonly user: string
  readonly dataDir?: string
  readonly url?: string
}

/** What was done, and whether files on disk may still hold something of it. */
interface Forgotten extends ForgetReport {
  readonly erased: boolean
}

export function addForgetCommand(program: Command): void {
  examples(
    program
      .command('forget')
      .description('forget a user: events, features, decisions, verdicts, notes, and who an alert was about')
      .requiredOption('--user <id>', 'id of the user')
      .option('--config <file>', 'configuration file (default: tripline.yaml, if there is one)')
      .option('--data-dir <dir>', 'data directory of the embedded profile (setting data_dir)')
      .option('--url <url>', 'a running service, such as a worker of the cluster profile')
      .option('--json', 'print what was done as one JSON object')
      .action(runForget),
    [
      'tripline forget --user u42',
      'tripline forget --user u42 --data-dir /var/lib/tripline --json',
      'TRIPLINE_API_KEY=… tripline forget --user u42 --url http://127.0.0.1:8080',
    ],
  )
}

async function runForget(options: ForgetOptions): Promise<void> {
  const console = createConsole(options.json === true)
  const config = configOf(options, options.dataDir === undefined ? {} : {data_dir: options.dataDir})
  const done = await forgetIn(config, options)
  console.result(done)
  console.line(`user ${done.user.slice(0, 12)}… was forgotten at ${done.at}`)
  if (!done.erased)
    console.line('the service goes on to erase it from its log; GET /v1/audit has who asked for it')
}

async function forgetIn(config: Config, {user, url}: ForgetOptions): Promise<Forgotten> {
  if (user === '') throw new UsageError('--user is empty; name the id of a user')
  if (url !== undefined) return forgetRunning({url}, user)
  if (config.profile === 'cluster')
    throw new UsageError(
      'profile is cluster: name one of its workers with --url, such as http://127.0.0.1:8080',
    )
  try {
    return await forgetDirectly(config, user)
  } catch (error) {
    if (!(error instanceof DataDirLockedError)) throw error
    const address = await readServiceAddress(config.dataDir)
    if (address === undefined) throw error
    return forgetRunning(address, user)
  }
}

/** Without a service: on the data directory, as the service would do it. */
async function forgetDirectly(config: Config, user: string): Promise<Forgotten> {
  let failure: Error | undefined
  const service = await EmbeddedService.start({
    config,
    folder: undefined,
    dataDir: config.dataDir,
    clock: SYSTEM_CLOCK,
    onFailure: (error) => {
      failure = error
    },
  })
  try {
    const report = await service.parts.forgetting.forget(user, machineUser())
    await service.parts.forgetting.finished()
    if (failure !== undefined) throw failure
    return {...report, erased: true}
  } finally {
    await service.stop()
    await clearListings(config.dataDir)
  }
}

/** The database's own listing of its files, and the log of its doings, name keys. Both are written anew when it opens; one before is kept. */
async function clearListings(dataDir: string): Promise<void> {
  for (let i = 0; i < 2; i++) await (await EmbeddedDatabase.open(dataDir)).close()
}

async function forgetRunning({url}: Pick<ServiceAddress, 'url'>, user: string): Promise<Forgotten> {
  const answer = await fetch(`${url.replace(/\/$/, '')}/v1/users/${encodeURIComponent(user)}`, {
    method: 'DELETE',
    headers: bearerOf(processEnvironment()),
  }).catch((error: Error) => {
    const reason = error.cause instanceof Error ? error.cause.message : error.message
    throw new UsageError(`the service at ${url} does not answer (${reason})`, EXIT.unavailable)
  })
  if (answer.ok) return {...((await answer.json()) as ForgetReport), erased: false}
  const {detail} = (await answer.json()) as {detail: string}
  throw new UsageError(detail, answer.status >= 500 ? EXIT.unavailable : EXIT.usage)
}
