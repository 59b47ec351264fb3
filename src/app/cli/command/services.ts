import {type Command, Option} from 'commander'
import {
  bringUp,
  type LocalService,
  SERVICES,
  type ServiceName,
  takeDown,
} from '../../services/local-services.js'
import {ServiceUnavailableError} from '../../services/service-unavailable-error.js'
import {createConsole} from '../console.js'
import {EXIT, UsageError} from '../exit.js'
import {examples} from '../options.js'

interface ServicesOptions {
  readonly dir: string
  readonly only?: ServiceName
  readonly json?: boolean
}

const DIR = '.tripline/services'

/** What the test suites look at, and what the service is configured with. */
const VARIABLES: {readonly [name in ServiceName]: readonly [test: string, setting: string]} = {
  kafka: ['TRIPLINE_TEST_KAFKA', 'TRIPLINE_KAFKA_BROKERS'],
  redis: ['TRIPLINE_TEST_REDIS', 'TRIPLINE_REDIS_URL'],
}

export function addServicesCommand(program: Command): void {
  const services = program
    .command('services')
    .description('a real Kafka and Redis on this machine, for development and tests')
  const bringingUp = withOptions(
    services.command('up').description('bring them up on free loopback ports and say where'),
  ).action(up)
  const takingDown = withOptions(
    services.command('down').description('take them down and remove their data'),
  ).action(down)
  examples(bringingUp, [
    'tripline services up',
    'export $(tripline services up)   # TRIPLINE_TEST_KAFKA and TRIPLINE_TEST_REDIS, for the test suites',
  ])
  examples(takingDown, ['tripline services down'])
}

function withOptions(command: Command): Command {
  return command
    .option('--dir <dir>', 'where their data, logs and process ids are', DIR)
    .addOption(new Option('--only <service>', 'one of them').choices([...SERVICES]))
    .option('--json', 'print what was done as one JSON object')
}

async function up({dir, only, json}: ServicesOptions): Promise<void> {
  const console = createConsole(json === true)
  const services = await bringUp(dir, namesOf(only), console.note).catch((error: unknown) => {
    throw error instanceof ServiceUnavailableError ? new UsageError(error.message, EXIT.unavailable) : error
  })
  console.result(Object.fromEntries(services.map(({name, address}) => [name, address])))
  for (const {name, address} of services) console.line(`${VARIABLES[name][0]}=${address}`)
  const settings = services.map(settingOf).join(' ')
  console.note(`to run Tripline on them: ${settings} tripline run --profile cluster`)
}

function settingOf({name, address}: LocalService): string {
  return `${VARIABLES[name][1]}=${address}`
}

async function down({dir, only, json}: ServicesOptions): Promise<void> {
  const console = createConsole(json === true)
  const stopped = await takeDown(dir, namesOf(only))
  console.result({stopped})
  console.note(stopped.length === 0 ? 'nothing ran' : `stopped ${stopped.join(' and ')}`)
}

function namesOf(only: ServiceName | undefined): readonly ServiceName[] {
  return only === undefined ? SERVICES : [only]
}
