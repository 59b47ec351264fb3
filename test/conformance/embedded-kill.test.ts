import {type ChildProcess, spawn} from 'node:child_process'
import {once} from 'node:events'
import {setTimeout as sleep} from 'node:timers/promises'
import {fileURLToPath} from 'node:url'
import {afterEach, beforeEach, expect, test} from 'vitest'
import {EmbeddedDatabase} from '../../src/adapters/embedded/database.js'
import {EmbeddedEventLog} from '../../src/adapters/embedded/event-log.js'
import {EmbeddedReadModel} from '../../src/adapters/embedded/read-model.js'
import {EmbeddedStateStore} from '../../src/adapters/embedded/state-store.js'
import type {WallTime} from '../../src/core/event/time.js'
import type {InputRecord} from '../../src/engine/port/event-source.js'
import {recordAt, USERS, userOf} from '../support/kill/counting-workload.js'
import {read} from './event-log.js'
import {type TemporaryFolder, temporaryFolder} from './temporary-folder.js'

const LOADER = fileURLToPath(new URL('../support/kill/typescript-loader.mjs', import.meta.url))
const SCRIPT = fileURLToPath(new URL('../support/kill/append-and-commit.ts', import.meta.url))
const KILLS = 5

let folder: TemporaryFolder

beforeEach(async () => {
  folder = await temporaryFolder()
})
afterEach(() => folder.remove())

/** What a process said was done, the highest number of each word. */
type Acknowledged = Record<'opened' | 'appended' | 'committed' | 'published', number>

/** Runs the process, kills it some time after its first commit, and gives what it had acknowledged. */
async function runAndKill(dataDir: string): Promise<Acknowledged> {
  const acknowledged: Acknowledged = {opened: 0, appended: -1, committed: 0, published: 0}
  const child = spawn(process.execPath, ['--import', LOADER, SCRIPT, dataDir], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  let errors = ''
  child.stdout.on('data', (data) => {
    output += data
  })
  child.stderr.on('data', (data) => {
    errors += data
  })
  const exited = once(child, 'close')
  try {
    while (!output.includes('committed') && isRunning(child)) await sleep(5)
    // Random on purpose: each run of the test kills at other places. What must hold, holds at every place.
    await sleep(Math.random() * 250)
  } finally {
    child.kill('SIGKILL')
  }
  const [, signal] = await exited
  expect(signal, errors).toBe('SIGKILL')
  const whole = output.slice(0, output.lastIndexOf('\n'))
  for (const line of whole.split('\n')) {
    const [word, number] = line.split(' ') as [keyof Acknowledged, string]
    acknowledged[word] = Number(number)
  }
  return acknowledged
}

function isRunning(child: ChildProcess): boolean {
  return child.exitCode === null && child.signalCode === null
}

/** Compares what is on disk with what was acknowledged, and its parts with each other. */
async function check(dataDir: string, acknowledged: Acknowledged): Promise<void> {
  const database = await EmbeddedDatabase.open(dataDir)
  try {
    const store = new EmbeddedStateStore(database)
    const {checkpoint, outbox, expiries, visits, epoch} = await store.open(0)
    const offset = checkpoint?.offset ?? 0
    expect(epoch).toBeGreaterThan(acknowledged.opened)
    expect(offset).toBeGreaterThanOrEqual(acknowledged.committed)
    expect(checkpoint?.ledger.transactions?.accepted).toBe(offset)

    const log = await EmbeddedEventLog.open(database, {clock: {now: () => 0 as WallTime}, tickMs: 1})
    expect(log.end).toBeGreaterThan(acknowledged.appended)
    expect(log.end).toBeGreaterThanOrEqual(offset)
    const records = await read(log, log.end)
    expect(records.filter((record, i) => !isRecordAt(record, i))).toEqual([])

    const users = Array.from({length: USERS}, (_, i) => userOf(i))
    const keys = await store.load(0, users)
    for (const [i, key] of keys.entries()) {
      const expected = Array.from({length: Math.ceil((offset - i) / USERS)}, (_, n) => i + n * USERS)
      expect(key?.events.map(({id}) => Number(id)) ?? []).toEqual(expected)
    }
    expect(expiries).toHaveLength(Math.min(USERS, offset))
    expect(visits.map(({time}) => time)).toEqual(
      Array.from({length: Math.min(49, offset)}, (_, i) => Math.max(offset - 49, 0) + i),
    )

    // Each commit says that the entry of the one before was published: only the last entry is left.
    expect(outbox.map(({sequence}) => sequence)).toEqual([checkpoint?.outboxSequence])
    const waiting = outbox.flatMap(({decisions}) =>
      decisions.map(({transaction_id}) => Number(transaction_id)),
    )
    expect(waiting).toEqual(waiting.map((_, i) => offset - waiting.length + i))
    const model = new EmbeddedReadModel(database)
    expect(await undecided(model, acknowledged.published)).toEqual([])
    for (const entry of outbox) await model.publish(entry)
    expect(await undecided(model, offset)).toEqual([])
  } finally {
    await database.close()
  }
}

function isRecordAt({offset, bytes, ingestedAt}: InputRecord, expected: number): boolean {
  const appended = recordAt(expected)
  const sameBytes = Buffer.compare(bytes ?? Buffer.of(), appended.bytes ?? Buffer.of()) === 0
  return offset === expected && ingestedAt === appended.ingestedAt && sameBytes
}

/** The transactions before `end` about which the read model has no decision. */
async function undecided(model: EmbeddedReadModel, end: number): Promise<number[]> {
  const missing: number[] = []
  const numbers = Array.from({length: end}, (_, n) => n).values()
  const checkRest = async () => {
    for (const n of numbers) if ((await model.decision(String(n)))?.user_id !== userOf(n)) missing.push(n)
  }
  await Promise.all(Array.from({length: 16}, checkRest))
  return missing
}

test(`kill -9 ${KILLS} times: nothing acknowledged is lost; state, offset and outbox agree`, async () => {
  for (let kill = 0; kill < KILLS; kill++) {
    const acknowledged = await runAndKill(folder.path)
    expect(acknowledged.committed).toBeGreaterThan(0)
    await check(folder.path, acknowledged)
  }
}, 120_000)
