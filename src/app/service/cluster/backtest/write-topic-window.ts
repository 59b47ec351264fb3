import {createWriteStream} from 'node:fs'
import {Readable} from 'node:stream'
import {pipeline} from 'node:stream/promises'
import {createGzip} from 'node:zlib'
import type {Kafka} from 'kafkajs'
import type {BacktestReport} from '../../../../adapters/http/backtest-route.js'
import {KafkaEventSource} from '../../../../adapters/kafka/event-source.js'
import {kafkaClient} from '../../../../adapters/kafka/kafka-client.js'
import {readToEnd} from '../../../../adapters/kafka/read-to-end.js'
import {formatTime, type WallTime} from '../../../../core/event/time.js'
import {ForgottenUser} from '../../../../core/forgetting/forgotten-user.js'
import {isInputOf} from '../../../../core/forgetting/input-of.js'
import {parseTombstone} from '../../../../core/forgetting/tombstone.js'
import type {InputRecord} from '../../../../engine/port/event-source.js'
import {inputLines} from '../../../export/write-cluster-events.js'
import {SYSTEM_CLOCK} from '../../system-clock.js'
import {readersGroup} from '../readers-group.js'
import {isEmpty, windowPositions} from './window-positions.js'
import type {WindowTask} from './window-task.js'

/** A user who was forgotten, and when (ms). */
interface Forgotten {
  readonly user: ForgottenUser
  readonly at: number
}

const utf8 = new TextDecoder()

/** Writes inputs of the topics as lines that a replay reads, and gives which they are. Whose user was forgotten since is left out. */
export async function writeTopicWindow(task: WindowTask): Promise<BacktestReport['events']> {
  const {kafka: connection, inputs, partitions, controlTopic, path, eventLimit} = task
  const kafka = kafkaClient({connection, clientId: 'tripline-backtest'})
  const admin = kafka.admin()
  await admin.connect()
  const window = await windowPositions(admin, inputs, task).finally(() => admin.disconnect())
  const forgotten = await forgottenUsers(kafka, controlTopic)
  const broadcast = new Set(inputs.flatMap(({topic, isBroadcast}) => (isBroadcast ? [topic] : [])))
  const group = isEmpty(window)
    ? undefined
    : await readersGroup({kafka, namespace: task.namespace, inputs, clock: SYSTEM_CLOCK})
  const seen = {count: 0, first: undefined as number | undefined, last: undefined as number | undefined}
  async function* lines(): AsyncGenerator<string> {
    if (group === undefined) return
    const readings = Array.from({length: partitions}, (_, partition) => {
      const source = new KafkaEventSource({group, clock: SYSTEM_CLOCK, partition, upTo: window.end})
      source.seek(partition, 0, window.begin)
      return {partition, source}
    })
    const isKept = (record: InputRecord) => !isForgotten(record, forgotten)
    const {from} = window
    for await (const {at, text} of inputLines({readings, from, to: task.to, eventLimit, broadcast, isKept})) {
      seen.count++
      seen.first ??= at
      seen.last = at
      yield `${text}\n`
    }
  }
  try {
    await pipeline(Readable.from(lines()), createGzip(), createWriteStream(path, {mode: 0o600}))
  } finally {
    await group?.stop()
  }
  const timeOf = (at: number | undefined) => (at === undefined ? null : formatTime(at as WallTime))
  return {
    count: seen.count,
    from: timeOf(seen.first),
    to: timeOf(seen.last),
    complete: window.isComplete,
  }
}

async function forgottenUsers(kafka: Kafka, topic: string): Promise<readonly Forgotten[]> {
  const found: Forgotten[] = []
  await readToEnd(kafka, [topic], SYSTEM_CLOCK, ({value, timestamp}) => {
    const tombstone = value === null ? undefined : parseTombstone(JSON.parse(value.toString()))
    if (tombstone !== undefined) found.push({user: new ForgottenUser(tombstone.user), at: Number(timestamp)})
  })
  return found
}

function isForgotten({bytes, ingestedAt}: InputRecord, forgotten: readonly Forgotten[]): boolean {
  const later = forgotten.filter(({at}) => ingestedAt < at)
  if (later.length === 0 || bytes === undefined) return false
  const text = utf8.decode(bytes)
  return later.some(({user}) => isInputOf(user, text))
}
