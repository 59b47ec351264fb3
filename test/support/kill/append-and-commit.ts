/*
 * A process to be killed: appends to the embedded log in a loop, reads it, commits and publishes, and writes a line
 * whenever something was acknowledged. Usage: append-and-commit.ts <data_dir>
 */
import {EmbeddedDatabase} from '../../../src/adapters/embedded/database.js'
import {EmbeddedEventLog} from '../../../src/adapters/embedded/event-log.js'
import {EmbeddedReadModel} from '../../../src/adapters/embedded/read-model.js'
import {EmbeddedStateStore} from '../../../src/adapters/embedded/state-store.js'
import type {WallTime} from '../../../src/core/event/time.js'
import type {OpenedPartition} from '../../../src/engine/port/state-store.js'
import {commitOfBatch, recordAt} from './counting-workload.js'

const dataDir = process.argv[2] as string
const database = await EmbeddedDatabase.open(dataDir)
const store = new EmbeddedStateStore(database)
const model = new EmbeddedReadModel(database)
const log = await EmbeddedEventLog.open(database, {
  clock: {now: () => Date.now() as WallTime},
  batchSize: 100,
  tickMs: 5,
})

/** Pipes are written synchronously: a line that is out was acknowledged before the kill. */
function say(word: string, number: number): void {
  process.stdout.write(`${word} ${number}\n`)
}

async function appendForEver(from: number): Promise<void> {
  let offset = from
  for (let round = 0; ; round++) {
    const sizes = [1 + (round % 50), 1 + (round % 7)]
    const appends = sizes.map((size) => {
      const records = Array.from({length: size}, () => recordAt(offset++))
      return log.append(0, records)
    })
    const offsets = (await Promise.all(appends)).flat()
    say('appended', offsets.at(-1) as number)
  }
}

async function commitForEver(opened: OpenedPartition): Promise<void> {
  let offset = opened.checkpoint?.offset ?? 0
  let sequence = opened.checkpoint?.outboxSequence ?? 0
  log.seek(0, offset)
  for (const entry of opened.outbox) await model.publish(entry)
  let publishedUpTo = sequence
  for (;;) {
    const batch = await log.next()
    if (batch === undefined || batch.records.length === 0) continue
    sequence++
    const commit = commitOfBatch({epoch: opened.epoch, fromOffset: offset, batch, sequence, publishedUpTo})
    await store.commit(0, commit)
    offset = batch.nextOffset
    say('committed', offset)
    if (commit.outbox !== undefined) await model.publish(commit.outbox)
    publishedUpTo = sequence
    say('published', offset)
  }
}

const opened = await store.open(0)
say('opened', opened.epoch)
await Promise.all([appendForEver(log.end), commitForEver(opened)])
