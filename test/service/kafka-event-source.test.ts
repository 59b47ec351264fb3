import {afterEach, beforeEach, describe, expect, it} from 'vitest'
import {KafkaEventSource} from '../../src/adapters/kafka/event-source.js'
import {CONTROL_STREAM, encodeActivation} from '../../src/core/bundle/activation.js'
import type {WallTime} from '../../src/core/event/time.js'
import type {IntakeRecord} from '../../src/engine/port/event-intake.js'
import type {InputBatch, InputRecord} from '../../src/engine/port/event-source.js'
import {type KafkaReader, kafkaReader, REAL_CLOCK} from '../support/services/kafka-reader.js'
import {TEST_KAFKA, type TestTopics, testTopics} from '../support/services/test-kafka.js'

const PARTITIONS = 2

describe.skipIf(TEST_KAFKA === undefined)('a partition that is read from several topics', () => {
  let topics: TestTopics
  let reader: KafkaReader
  const sources: KafkaEventSource[] = []

  beforeEach(async () => {
    topics = await testTopics(PARTITIONS)
    reader = await kafkaReader(topics, {partitions: PARTITIONS})
  })
  afterEach(async () => {
    for (const source of sources.splice(0)) source.stop()
    await reader.close()
    await topics.remove()
  })

  function sourceOf(partition: number, batchSize = 512): KafkaEventSource {
    const source = new KafkaEventSource({group: reader.group, clock: REAL_CLOCK, partition, batchSize})
    sources.push(source)
    return source
  }

  it('gives what is on the log in the order of time, whatever topic it is on', async () => {
    const {intake} = reader
    await intake.append(
      0,
      [1, 4, 5].map((at) => input('transactions', at)),
    )
    await intake.append(
      0,
      [2, 3, 7].map((at) => input('locations', at)),
    )
    await intake.append(0, [input('merchants', 6, {key: 'm1'}), input('feedback', 0)])
    const source = sourceOf(0)
    source.seek(0, 0)
    const records = await read(source, 8)
    expect(records.map(({ingestedAt}) => ingestedAt)).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
    expect(records.map(({offset}) => offset)).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
    expect(records[2]).toMatchObject({
      stream: 'locations',
      origin: {topic: topics.names.ofStream('locations'), partition: 0, offset: 0},
    })
  })

  it('goes on from the positions of any batch', async () => {
    const {intake} = reader
    await intake.append(
      0,
      [1, 3, 5, 7].map((at) => input('transactions', at)),
    )
    await intake.append(
      0,
      [2, 4, 6, 8].map((at) => input('locations', at)),
    )
    const first = sourceOf(0, 3)
    first.seek(0, 0)
    const batch = (await untilRecords(first)) as InputBatch
    first.stop()
    const second = sourceOf(0)
    second.seek(0, batch.nextOffset, batch.positions)
    const records = await read(second, 8 - batch.records.length)
    const times = [...batch.records, ...records].map(({ingestedAt}) => ingestedAt)
    expect(times).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
    expect(records[0]?.offset).toBe(batch.records.length)
  })

  it('gives an activation alone, at its time, to each partition', async () => {
    const {intake} = reader
    const bytes = Buffer.from(encodeActivation({bundle: 'b1', backfill: []}))
    for (const partition of [0, 1])
      await intake.append(
        partition,
        [1, 3].map((at) => input('transactions', at)),
      )
    await intake.append(0, [{...input(CONTROL_STREAM, 2), bytes}])
    for (const partition of [0, 1]) {
      const source = sourceOf(partition)
      source.seek(partition, 0)
      expect(await untilRecords(source)).toMatchObject({records: [{ingestedAt: 1}], nextOffset: 1})
      expect(await source.next()).toMatchObject({
        ...{records: [], nextOffset: 2, polledAt: 2},
        control: {bundle: 'b1', at: 2},
      })
      expect(await source.next()).toMatchObject({records: [{ingestedAt: 3}], nextOffset: 3})
    }
  })

  it('brings all merchants to every partition, also to one that begins later', async () => {
    const {intake} = reader
    await intake.append(
      0,
      [1, 2].map((at) => input('merchants', at, {key: `m${at}`})),
    )
    const first = sourceOf(0)
    first.seek(0, 0)
    expect((await read(first, 2)).map(({ingestedAt}) => ingestedAt)).toEqual([1, 2])
    const later = sourceOf(1)
    later.seek(1, 0)
    expect((await read(later, 2)).map(({ingestedAt}) => ingestedAt)).toEqual([1, 2])
    await intake.append(0, [input('merchants', 3, {key: 'm3'})])
    expect((await read(first, 1)).map(({ingestedAt}) => ingestedAt)).toEqual([3])
    expect((await read(later, 1)).map(({ingestedAt}) => ingestedAt)).toEqual([3])
  })

  it('takes what no stream has a topic for, with its name and why it was refused', async () => {
    const refusal = {reason: 'looks_like_pan', detail: 'no'} as const
    await reader.intake.append(1, [
      {...input('transactions', 1), bytes: undefined, refusal},
      input('nonsense', 2),
      {...input(undefined, 3), attempt: 2},
    ])
    const source = sourceOf(1)
    source.seek(1, 0)
    const origin = {topic: topics.names.intake, partition: 1}
    expect(await read(source, 3)).toMatchObject([
      {stream: 'transactions', bytes: undefined, outcome: refusal, origin: {...origin, offset: 0}},
      {stream: 'nonsense', outcome: undefined, origin: {...origin, offset: 1}},
      {stream: undefined, attempt: 2},
    ])
  })

  it('fails where the log dropped what should be read, and says what to do', async () => {
    await reader.intake.append(
      0,
      [1, 2, 3].map((at) => input('transactions', at)),
    )
    const topic = topics.names.ofStream('transactions')
    const admin = topics.kafka.admin()
    await admin.connect()
    // The library knows the leader only of topics that it was asked about.
    await admin.fetchTopicOffsets(topic)
    await admin.deleteTopicRecords({topic, partitions: [{partition: 0, offset: '2'}]})
    await admin.disconnect()
    const source = sourceOf(0)
    source.seek(0, 1, {[`${topic}/0`]: 1})
    await expect(read(source, 1)).rejects.toThrow(
      `offset 1 is not on ${topic} partition 0, which holds 2 to 3; the state belongs to another log`,
    )
  })

  it('reads many records of many topics once each, however small the batches', async () => {
    const times = Array.from({length: 6_000}, (_, i) => i)
    await reader.intake.append(
      0,
      times.filter((at) => at % 3 > 0).map((at) => input('transactions', at)),
    )
    await reader.intake.append(
      0,
      times.filter((at) => at % 3 === 0).map((at) => input('locations', at)),
    )
    const source = sourceOf(0, 100)
    source.seek(0, 0)
    expect((await read(source, times.length)).map(({ingestedAt}) => ingestedAt)).toEqual(times)
  })
})

function input(stream: string | undefined, at: number, change: Partial<IntakeRecord> = {}): IntakeRecord {
  const bytes = Buffer.from(`{"at":${at}}`)
  return {stream, bytes, refusal: undefined, ingestedAt: at as WallTime, ...change}
}

const WAIT_LIMIT_MS = 20_000

async function untilRecords(source: KafkaEventSource): Promise<InputBatch | undefined> {
  const giveUpAt = performance.now() + WAIT_LIMIT_MS
  for (;;) {
    const batch = await source.next()
    if (batch === undefined || batch.records.length > 0 || batch.control !== undefined) return batch
    if (performance.now() > giveUpAt) throw new Error('no record came')
  }
}

async function read(source: KafkaEventSource, count: number): Promise<InputRecord[]> {
  const records: InputRecord[] = []
  while (records.length < count) records.push(...((await untilRecords(source))?.records ?? []))
  return records
}
