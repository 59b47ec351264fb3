import {execFile} from 'node:child_process'
import {mkdir, readFile, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {promisify} from 'node:util'
import {canReachKafka} from '../../adapters/kafka/can-reach-kafka.js'
import {type BackgroundProcess, endProcess, isRunning, startInBackground} from './background-process.js'
import {freePort} from './free-port.js'
import {kafkaLibraries} from './kafka-libraries.js'
import {ServiceUnavailableError} from './service-unavailable-error.js'
import {untilReady} from './until-ready.js'

const run = promisify(execFile)

/** Any 16 bytes in base64 would do: the cluster is this one broker. */
const CLUSTER_ID = 'dHJpcGxpbmUtbG9jYWwtMQ'
const OLDEST_JAVA = 17
const READY_LIMIT_MS = 90_000

/** A broker that is not as usual. */
export interface KafkaVariant {
  /** Its settings, from the usual ones. */
  readonly settings: (usual: KafkaServerSettings) => KafkaServerSettings
  /** Added to the command that prepares its storage. */
  readonly format: readonly string[]
}

export interface KafkaServerSettings {
  readonly [name: string]: string | number | boolean
}

const AS_USUAL: KafkaVariant = {settings: (usual) => usual, format: []}

/** A broker that runs here. */
export interface RunningKafka {
  /** `host:port` */
  readonly address: string
  readonly process: BackgroundProcess
}

/**
 * Brings up one Kafka broker on free ports of the loopback interface, with its data below `folder`, and waits until it
 * answers. One that ran there before and died comes back as it was, under its address.
 */
export async function startKafka(
  folder: string,
  note: (text: string) => void,
  variant = AS_USUAL,
): Promise<RunningKafka> {
  await requireJava()
  const libraries = await kafkaLibraries(note)
  await mkdir(folder, {recursive: true})
  const properties = join(folder, 'server.properties')
  const former = await formerAddress(properties)
  const address = former ?? `127.0.0.1:${await freePort()}`
  if (former === undefined)
    await writeFile(
      properties,
      asText(variant.settings(serverSettings(folder, address, `127.0.0.1:${await freePort()}`))),
    )
  const classpath = ['-cp', join(libraries, '*')]
  const format = [
    'format',
    '--standalone',
    '--ignore-formatted',
    '-t',
    CLUSTER_ID,
    '-c',
    properties,
    ...variant.format,
  ]
  await run('java', [...classpath, 'kafka.tools.StorageTool', ...format])
  const logFile = join(folder, 'kafka.log')
  const memory = ['-Xmx512m', '-Xms256m', '-XX:+UseG1GC']
  const server = await startInBackground('java', [...memory, ...classpath, 'kafka.Kafka', properties], {
    cwd: folder,
    logFile,
  })
  const isReady = () => canReachKafka({brokers: [address], tls: undefined, sasl: undefined})
  const hasEnded = async () => !(await isRunning(server))
  if (!(await untilReady(isReady, hasEnded, READY_LIMIT_MS))) {
    await endProcess(server)
    throw await didNotStart(logFile)
  }
  return {address, process: server}
}

async function formerAddress(properties: string): Promise<string | undefined> {
  const text = await readFile(properties, 'utf8').catch(() => '')
  return /^advertised\.listeners=PLAINTEXT:\/\/([^,\n]+)/m.exec(text)?.[1]
}

function serverSettings(folder: string, address: string, controller: string): KafkaServerSettings {
  return {
    'process.roles': 'broker,controller',
    'node.id': 1,
    listeners: `PLAINTEXT://${address},CONTROLLER://${controller}`,
    'advertised.listeners': `PLAINTEXT://${address}`,
    'controller.listener.names': 'CONTROLLER',
    'controller.quorum.bootstrap.servers': controller,
    'log.dirs': join(folder, 'data'),
    'offsets.topic.replication.factor': 1,
    'offsets.topic.num.partitions': 4,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'transaction.state.log.num.partitions': 1,
    'share.coordinator.state.topic.replication.factor': 1,
    'share.coordinator.state.topic.min.isr': 1,
    'share.coordinator.state.topic.num.partitions': 1,
    'group.initial.rebalance.delay.ms': 0,
    'group.min.session.timeout.ms': 1000,
    'auto.create.topics.enable': false,
  }
}

function asText(settings: KafkaServerSettings): string {
  return `${Object.entries(settings)
    .map(([name, value]) => `${name}=${value}`)
    .join('\n')}\n`
}

async function requireJava(): Promise<void> {
  const said = await run('java', ['-version']).catch(() => undefined)
  const version = Number(/version "(\d+)/.exec(said?.stderr ?? '')?.[1] ?? 0)
  if (version >= OLDEST_JAVA) return
  const found = said === undefined ? 'java was not found' : `Java ${version} was found`
  throw new ServiceUnavailableError(
    `${found}, and Kafka needs ${OLDEST_JAVA} or newer; install it (Debian: apt-get install openjdk-17-jre-headless)`,
  )
}

async function didNotStart(logFile: string): Promise<ServiceUnavailableError> {
  const log = await readFile(logFile, 'utf8').catch(() => '')
  const last = log.trim().split('\n').slice(-5).join('\n')
  return new ServiceUnavailableError(`Kafka did not become ready; ${logFile} ends with:\n${last}`)
}
