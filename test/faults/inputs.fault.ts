import {afterAll, beforeAll, describe, expect} from 'vitest'
import type {DeadLetter} from '../../src/core/event/dead-letter.js'
import type {WallTime} from '../../src/core/event/time.js'
import type {StoredDeadLetter} from '../../src/engine/port/read-model.js'
import {ensureBuilt} from '../support/process/built-program.js'
import {triplineJson} from '../support/process/tripline.js'
import type {PlacedLine} from '../support/services/fed-topics.js'
import {topicContents} from '../support/services/topic-contents.js'
import {experiment} from './support/experiment.js'
import {poison} from './support/poison.js'
import {PARTITIONS, Recording, type RecordingOptions, withoutFuture} from './support/recording.js'
import type {Scene} from './support/scene.js'
import {shuffledCopies} from './support/shuffled.js'

const HOUR_MS = 3_600_000
/** Nobody's user is there. */
const IDLE_PARTITION = 2

describe('inputs that are not what they should be', () => {
  const made = new Map<string, Promise<Recording>>()
  const recording =
    (name = 'plain', options: RecordingOptions = {}) =>
    () => {
      const known = made.get(name) ?? Recording.make(options)
      made.set(name, known)
      return known
    }

  beforeAll(ensureBuilt)
  afterAll(async () => {
    for (const one of made.values()) await (await one).remove()
  })

  experiment(8, 'every input comes three times, in another order', recording(), async (scene) => {
    const feeding = scene.feedAll(6_000, shuffledCopies(scene.recording.lines, 3, 200))
    scene.start()
    scene.start()
    await feeding
  })

  experiment(9, 'poison among the inputs', recording(), async (scene) => {
    const {lines} = scene.recording
    const half = lines.slice(0, lines.length / 2)
    await scene.feedAll(0, half)
    const bad = poison(Date.parse(half.at(-1)?.arrival_time ?? '') as WallTime)
    await scene.feed.append(bad.map(({record}, i) => [i % PARTITIONS, record]))
    const worker = scene.start()
    await scene.feedAll(0, lines.slice(half.length))
    await scene.decided(scene.transactions * 0.9)
    // A broker takes nothing of that size.
    const answer = await post(await worker.url(), JSON.stringify({note: 'x'.repeat(10_000_000)}))
    expect(answer).toEqual([202, expect.stringContaining('too_large')])
    scene.feed.expect('transactions', 1)
    await scene.judged()
    const reasons = await deadLetterReasons(scene)
    for (const {reason} of bad) expect(reasons).toContain(reason)
    expect(reasons.length).toBeGreaterThan(bad.length)
  })

  experiment(
    10,
    'dead letters are sent again, twice',
    recording('past', {change: withoutFuture}),
    async (scene) => {
      const {lines} = scene.recording
      const late = new Set(lines.filter(isTransaction).slice(-40))
      // Said to have come long before they happened: from the future, until they are sent again.
      const early = lines.map((line) => (late.has(line) ? arrivedEarlier(line, 2 * HOUR_MS) : line))
      await scene.feedAll(0, early)
      const bad = poison(Date.parse(lines.at(-1)?.arrival_time ?? '') as WallTime)
      await scene.feed.append(bad.map(({record}, i) => [i % PARTITIONS, record]))
      scene.start()
      scene.start()
      await scene.decided(scene.transactions - late.size)
      const env = {
        ...scene.recording.settings,
        TRIPLINE_PROFILE: 'cluster',
        TRIPLINE_NAMESPACE: scene.topics.namespace,
        TRIPLINE_KAFKA_BROKERS: process.env.TRIPLINE_TEST_KAFKA ?? '',
        TRIPLINE_REDIS_URL: scene.redis.url,
      }
      const {items} = await triplineJson<{items: StoredDeadLetter[]}>(['dead-letters', 'list'], {env})
      const ofTransactions = items.filter(
        ({letter}) =>
          letter.raw !== null && letter.origin.topic === scene.topics.names.ofStream('transactions'),
      )
      const future = ofTransactions.filter(({letter}) => letter.reason === 'future_event_time')
      expect(future.length).toBeGreaterThanOrEqual(late.size)
      await triplineJson(['dead-letters', 'replay'], {env})
      for (const {id} of future.slice(0, 5)) await triplineJson(['dead-letters', 'replay', id], {env})
      scene.feed.expect('transactions', ofTransactions.length + 5)
    },
  )

  experiment(
    11,
    'clocks an hour apart, events from the future',
    recording('future', {change: withFuture}),
    async (scene) => {
      const feeding = scene.feedAll(8_000)
      for (const shift of [HOUR_MS, -HOUR_MS, 0])
        scene.start({NODE_OPTIONS: `--import ${shiftedClock(shift)}`})
      await feeding
      await scene.judged()
      const reasons = await deadLetterReasons(scene)
      expect(reasons.filter((reason) => reason === 'future_event_time').length).toBeGreaterThanOrEqual(20)
    },
  )

  experiment(
    12,
    'a partition to which nothing comes',
    recording('idle', {change: withoutPartition}),
    async (scene) => {
      const feeding = scene.feedAll(8_000)
      scene.start()
      scene.start()
      await feeding
    },
  )

  experiment(
    13,
    'five times the load, and a hot key',
    recording('heavy', {rate: 30, settings: {}, change: withHotKey}),
    async (scene) => {
      await scene.feedAll(3_000)
      scene.start()
      scene.start()
    },
  )
})

function isTransaction({stream}: PlacedLine): boolean {
  return stream === 'transactions'
}

function arrivedEarlier(line: PlacedLine, ms: number): PlacedLine {
  return {...line, arrival_time: new Date(Date.parse(line.arrival_time) - ms).toISOString()}
}

/** Some events a day ahead, which must not move time. */
function withFuture(lines: readonly PlacedLine[]): readonly PlacedLine[] {
  return lines.flatMap((line, i) => {
    if (i % 500 !== 0 || !isTransaction(line)) return [line]
    const ahead = new Date(Date.parse(line.arrival_time) + 24 * HOUR_MS).toISOString()
    const event = {...(line.event as object), transaction_id: `ahead-${i}`, event_time: ahead}
    return [line, {...line, event}]
  })
}

function withoutPartition(lines: readonly PlacedLine[]): readonly PlacedLine[] {
  return lines.filter(({partition, stream}) => partition !== IDLE_PARTITION || stream === 'merchants')
}

/** Every tenth user is the same one. */
function withHotKey(lines: readonly PlacedLine[]): readonly PlacedLine[] {
  const hot = lines.find(isTransaction) as PlacedLine
  const {user_id} = hot.event as {readonly user_id: string}
  return lines.map((line) => {
    const event = (line.event ?? {}) as {readonly user_id?: unknown}
    if (typeof event.user_id !== 'string' || !event.user_id.endsWith('7')) return line
    return {...line, partition: hot.partition, event: {...event, user_id}}
  })
}

async function deadLetterReasons({topics}: Scene): Promise<readonly string[]> {
  const letters = await topicContents<DeadLetter>(topics.kafka, topics.names.deadLetters)
  return letters.map(({reason}) => reason)
}

async function post(url: string, body: string): Promise<readonly [number, string]> {
  const headers = {'content-type': 'application/json'}
  const answer = await fetch(`${url}/v1/events/transactions`, {method: 'POST', headers, body})
  return [answer.status, await answer.text()]
}

/** A module that sets a process's clock ahead. */
function shiftedClock(ms: number): string {
  const code = `const now = Date.now; Date.now = () => now() + (${ms})`
  return `data:text/javascript,${encodeURIComponent(code)}`
}
