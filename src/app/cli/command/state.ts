import type {Command} from 'commander'
import type {Config} from '../../config/config.js'
import {processEnvironment} from '../../config/environment.js'
import {kafkaTarget} from '../../config/kafka-target.js'
import {redisTarget} from '../../config/redis-target.js'
import {SYSTEM_CLOCK} from '../../service/system-clock.js'
import {verifyCluster} from '../../state/verify-cluster.js'
import {type StateVerdict, verifyState} from '../../state/verify-state.js'
import {type Console, createConsole, grouped} from '../console.js'
import {EXIT} from '../exit.js'
import {type CommonOptions, configOf, examples} from '../options.js'

interface VerifyCommandOptions extends Pick<CommonOptions, 'config' | 'json'> {
  readonly dataDir?: string
}

export function addStateCommand(program: Command): void {
  const state = program.command('state').description('look at the state that a service keeps')
  examples(
    state
      .command('verify')
      .description(
        'compare what a stopped service, or a cluster while nothing comes in, stored with what follows from its log',
      )
      .option('--config <file>', 'configuration file (default: tripline.yaml, if there is one)')
      .option('--data-dir <dir>', 'data directory of the service (setting data_dir)')
      .option('--json', 'print the result as one JSON object')
      .action(runVerify),
    ['tripline state verify', 'tripline state verify --data-dir /var/lib/tripline --json'],
  )
}

async function runVerify(options: VerifyCommandOptions): Promise<void> {
  const console = createConsole(options.json === true)
  const config = configOf(options, options.dataDir === undefined ? {} : {data_dir: options.dataDir})
  const verdict = await verified(config, (read) => console.progress(`${grouped(read)} inputs read again`))
  console.result(verdict)
  tell(verdict, console)
  if (verdict.differing > 0) process.exitCode = EXIT.failures
}

function verified(config: Config, onProgress: (read: number) => void): Promise<StateVerdict> {
  if (config.profile === 'embedded')
    return verifyState({dataDir: config.dataDir, clock: SYSTEM_CLOCK, onProgress})
  const environment = processEnvironment()
  const [kafka, redis] = [kafkaTarget(config, environment), redisTarget(config, environment)]
  return verifyCluster({config, kafka, redis, clock: SYSTEM_CLOCK, log: () => undefined, onProgress})
}

function tell({inputs, keys, complete_from, differing, differences}: StateVerdict, console: Console): void {
  const compared = `${grouped(inputs)} inputs read again, ${grouped(keys)} keys compared`
  console.line(differing === 0 ? `${compared}: the stored state follows from the log` : `${compared}`)
  if (complete_from !== null)
    console.line(
      `the log holds all events from ${complete_from} on: older ones, and what rests on them, were not compared`,
    )
  for (const {place, detail} of differences) console.line(`${place}: ${detail}`)
  if (differing > differences.length) console.line(`… and ${grouped(differing - differences.length)} more`)
  if (differing > 0)
    console.line(
      `${grouped(differing)} differences: the state is damaged, or another version wrote it; keep a copy before you go on`,
    )
}
