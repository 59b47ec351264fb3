import {mkdir} from 'node:fs/promises'
import {join} from 'node:path'
import {Redis} from 'ioredis'
import {type BackgroundProcess, endProcess, isRunning, startInBackground} from './background-process.js'
import {freePort} from './free-port.js'
import {ServiceUnavailableError} from './service-unavailable-error.js'
import {untilReady} from './until-ready.js'

const READY_LIMIT_MS = 20_000

/** A Redis that runs here. */
export interface RunningRedis {
  readonly url: string
  readonly process: BackgroundProcess
}

/** Brings up the machine's redis-server on a free port of the loopback interface: everything is kept, nothing evicted. */
export async function startRedis(folder: string): Promise<RunningRedis> {
  await mkdir(folder, {recursive: true})
  const port = await freePort()
  const settings = {
    port,
    bind: '127.0.0.1',
    dir: folder,
    appendonly: 'yes',
    save: '',
    'maxmemory-policy': 'noeviction',
  }
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)])
  const logFile = join(folder, 'redis.log')
  const server = await startInBackground('redis-server', args, {cwd: folder, logFile}).catch(unavailable)
  const hasEnded = async () => !(await isRunning(server))
  if (!(await untilReady(() => answers(port), hasEnded, READY_LIMIT_MS))) {
    await endProcess(server)
    throw new ServiceUnavailableError(`redis-server did not become ready; ${logFile} says why`)
  }
  return {url: `redis://127.0.0.1:${port}`, process: server}
}

async function answers(port: number): Promise<boolean> {
  const redis = new Redis(port, '127.0.0.1', {lazyConnect: true, retryStrategy: () => null})
  redis.on('error', () => undefined)
  const answer = await redis.ping().catch(() => undefined)
  redis.disconnect()
  return answer === 'PONG'
}

function unavailable(error: NodeJS.ErrnoException): never {
  if (error.code !== 'ENOENT') throw error
  throw new ServiceUnavailableError(
    'redis-server was not found; install Redis 7 or newer, or Valkey (Debian: apt-get install redis-server)',
  )
}
