import {mkdir, readFile, rm, writeFile} from 'node:fs/promises'
import {join, resolve} from 'node:path'
import {type BackgroundProcess, endProcess, isRunning} from './background-process.js'
import {startKafka} from './kafka-server.js'
import {startRedis} from './redis-server.js'

export const SERVICES = ['redis', 'kafka'] as const
export type ServiceName = (typeof SERVICES)[number]

/** Where a service that was brought up is to be found. */
export interface LocalService {
  readonly name: ServiceName
  /** Of Kafka `host:port`, of Redis a URL. */
  readonly address: string
}

interface NotedService extends LocalService {
  readonly process: BackgroundProcess
}

const noteOf = (dir: string, name: ServiceName): string => join(dir, `${name}.json`)

/** Brings up what does not run already, with its data and its process id below `dir`. */
export async function bringUp(
  dir: string,
  names: readonly ServiceName[],
  note: (text: string) => void,
): Promise<readonly LocalService[]> {
  await mkdir(dir, {recursive: true})
  return Promise.all(names.map((name) => bringUpOne(resolve(dir), name, note)))
}

/** Takes down what was brought up and removes its data. Returns what ran. */
export async function takeDown(dir: string, names: readonly ServiceName[]): Promise<readonly ServiceName[]> {
  const ended = await Promise.all(
    names.map(async (name) => {
      const noted = await read(dir, name)
      const ran = noted !== undefined && (await isRunning(noted.process))
      if (noted !== undefined) await endProcess(noted.process)
      await rm(join(dir, name), {recursive: true, force: true})
      await rm(noteOf(dir, name), {force: true})
      return ran
    }),
  )
  return names.filter((_, i) => ended[i])
}

async function bringUpOne(
  dir: string,
  name: ServiceName,
  note: (text: string) => void,
): Promise<LocalService> {
  const known = await read(dir, name)
  if (known !== undefined && (await isRunning(known.process))) return known
  const started = await start(name, join(dir, name), note)
  await writeFile(noteOf(dir, name), `${JSON.stringify(started)}\n`)
  return started
}

async function start(name: ServiceName, folder: string, note: (text: string) => void): Promise<NotedService> {
  if (name === 'redis') {
    const {url, process} = await startRedis(folder)
    return {name, address: url, process}
  }
  const {address, process} = await startKafka(folder, note)
  return {name, address, process}
}

async function read(dir: string, name: ServiceName): Promise<NotedService | undefined> {
  const text = await readFile(noteOf(dir, name), 'utf8').catch(() => undefined)
  return text === undefined ? undefined : (JSON.parse(text) as NotedService)
}
