import {afterEach, beforeEach, describe, expect, test} from 'vitest'
import {CONTROL_STREAM, encodeActivation} from '../../src/core/bundle/activation.js'
import type {WallTime} from '../../src/core/event/time.js'
import type {Clock} from '../../src/engine/port/clock.js'
import type {EventIntake} from '../../src/engine/port/event-intake.js'
import type {EventSource, InputRecord} from '../../src/engine/port/event-source.js'
import {intakeRecord, NOON} from './samples.js'

export interface EventLogSettings {
  readonly clock: Clock
  readonly batchSize: number
  readonly tickMs: number
}

export interface EventLogHarness {
  readonly log: EventSource & EventIntake & {stop(): void}
  dispose(): Promise<void>
}

const BATCH_SIZE = 512
const TICK_MS = 20

export interface EventLogTraits {
  /** All streams are one sequence, which keeps the order of arrival over them. Otherwise each stream has its own. */
  readonly isOneSequence: boolean
}

/** What every log keeps to. */
export function describeEventLog(
  name: string,
  make: (settings: EventLogSettings) => Promise<EventLogHarness>,
  {isOneSequence}: EventLogTraits = {isOneSequence: true},
): void {
  describe(`event log: ${name}`, () => {
    let now = NOON as number as WallTime
    let harness: EventLogHarness
    let log: EventLogHarness['log']

    beforeEach(async () => {
      harness = await make({clock: {now: () => now}, batchSize: BATCH_SIZE, tickMs: TICK_MS})
      log = harness.log
      log.seek(0, 0)
    })
    afterEach(() => harness.dispose())

    test('has partition 0', () => {
      expect(log.partitions()).toContain(0)
    })

    test.runIf(isOneSequence)('records come back as they went in, with their offsets', async () => {
      const ingestedAt = (NOON - 5) as WallTime
      const refusal = {reason: 'bad_json', detail: 'not JSON: "😀"'} as const
      const offsets = await log.append(0, [
        intakeRecord('{"a":1}'),
        intakeRecord('', {stream: 'loc/ations\u0000', ingestedAt}),
        intakeRecord('nonsense', {stream: undefined}),
        intakeRecord('{', {refusal}),
        intakeRecord('', {bytes: undefined, refusal}),
      ])
      expect(offsets).toEqual([0, 1, 2, 3, 4])
      const records = await read(log, 5)
      expect(records.map(plain)).toEqual([
        {stream: 'transactions', offset: 0, ingestedAt: NOON, text: '{"a":1}', outcome: undefined},
        {stream: 'loc/ations\u0000', offset: 1, ingestedAt, text: '', outcome: undefined},
        {stream: undefined, offset: 2, ingestedAt: NOON, text: 'nonsense', outcome: undefined},
        {stream: 'transactions', offset: 3, ingestedAt: NOON, text: '{', outcome: refusal},
        {stream: 'transactions', offset: 4, ingestedAt: NOON, text: undefined, outcome: refusal},
      ])
    })

    test('bytes need not be text', async () => {
      const bytes = Uint8Array.from({length: 256}, (_, i) => i)
      await log.append(0, [intakeRecord('', {bytes})])
      const [record] = await read(log, 1)
      expect([...(record?.bytes ?? [])]).toEqual([...bytes])
    })

    test('bytes that the sender reuses do not change what was appended', async () => {
      const bytes = Uint8Array.of(1, 2, 3)
      const appending = log.append(0, [intakeRecord('', {bytes})])
      bytes.fill(9)
      await appending
      const [record] = await read(log, 1)
      expect([...(record?.bytes ?? [])]).toEqual([1, 2, 3])
    })

    test('a batch has no more records than its size; the next goes on from there', async () => {
      await log.append(0, texts(BATCH_SIZE + 10))
      const first = await log.next()
      const second = await log.next()
      expect(first).toMatchObject({partition: 0, nextOffset: BATCH_SIZE, polledAt: NOON})
      expect(first?.records).toHaveLength(BATCH_SIZE)
      expect(second?.records.map(({offset}) => offset)).toEqual(
        Array.from({length: 10}, (_, i) => BATCH_SIZE + i),
      )
    })

    test('a batch holds about 1 MB at most, but at least one record', async () => {
      const large = new Uint8Array(400_000)
      const huge = new Uint8Array(3_000_000)
      const records = [large, large, large, large, huge, large].map((bytes) => intakeRecord('', {bytes}))
      await log.append(0, records)
      let read = 0
      while (read < records.length) {
        const batch = await log.next()
        const count = batch?.records.length ?? 0
        expect(count).toBeGreaterThan(0)
        expect(count).toBeLessThanOrEqual(3)
        read += count
      }
      expect(read).toBe(records.length)
    })

    test('without input, an empty batch tells the time', async () => {
      await log.append(0, texts(2))
      await read(log, 2)
      now = (NOON + 1_000) as WallTime
      expect(await log.next()).toMatchObject({
        ...{partition: 0, records: [], polledAt: NOON + 1_000, nextOffset: 2},
      })
    })

    test('an append wakes who waits for input', async () => {
      const slow = await make({clock: {now: () => now}, batchSize: BATCH_SIZE, tickMs: 60_000})
      slow.log.seek(0, 0)
      const waiting = slow.log.next()
      await slow.log.append(0, texts(1))
      expect((await waiting)?.records).toHaveLength(1)
      await slow.dispose()
    })

    test('appends at the same time get offsets of their own, in the order they were asked', async () => {
      const appends = Array.from({length: 50}, (_, i) =>
        log.append(0, [intakeRecord(`${i}a`), intakeRecord(`${i}b`)]),
      )
      const offsets = await Promise.all(appends)
      expect(offsets.flat()).toEqual(Array.from({length: 100}, (_, i) => i))
      const read50 = (await read(log, 100)).map((record) => plain(record).text)
      expect(read50).toEqual(Array.from({length: 50}, (_, i) => [`${i}a`, `${i}b`]).flat())
    })

    test('an append of nothing changes nothing', async () => {
      expect(await log.append(0, [])).toEqual([])
      expect(await log.append(0, texts(1))).toEqual([0])
    })

    test('seek goes back, and on', async () => {
      await log.append(0, texts(10))
      await read(log, 10)
      log.seek(0, 4)
      expect((await read(log, 6)).map(({offset}) => offset)).toEqual([4, 5, 6, 7, 8, 9])
      log.seek(0, 9)
      await log.append(0, texts(1))
      expect((await read(log, 2)).map(({offset}) => offset)).toEqual([9, 10])
    })

    test('a reader far behind gets every record once', async () => {
      for (let i = 0; i < 25; i++) await log.append(0, texts(1_000))
      const records = await read(log, 25_000)
      expect(records.map(({offset}) => offset)).toEqual(Array.from({length: 25_000}, (_, i) => i))
    })

    test.runIf(isOneSequence)(
      'an activation comes alone: never with the inputs before or after it, nor with another one',
      async () => {
        const activating = (bundle: string, backfill: string[], ms: number) =>
          intakeRecord(encodeActivation({bundle, backfill}), {
            stream: CONTROL_STREAM,
            ingestedAt: (NOON + ms) as WallTime,
          })
        await log.append(0, [...texts(2), activating('b1', [], 1), activating('b2', ['r'], 2), ...texts(1)])
        now = (NOON + 60_000) as WallTime
        expect((await log.next())?.records).toHaveLength(2)
        const control = (bundle: string, backfill: string[], ms: number) => ({
          bundle,
          backfill,
          at: NOON + ms,
        })
        expect(await log.next()).toEqual({
          partition: 0,
          records: [],
          control: control('b1', [], 1),
          polledAt: NOON + 1,
          nextOffset: 3,
        })
        expect(await log.next()).toMatchObject({control: control('b2', ['r'], 2), records: [], nextOffset: 4})
        expect(await log.next()).toMatchObject({records: [{offset: 4}], nextOffset: 5})
        log.seek(0, 2)
        expect(await log.next()).toMatchObject({control: control('b1', [], 1), nextOffset: 3})
      },
    )

    test('an input that was refused is none, whatever stream it names', async () => {
      const refusal = {reason: 'unknown_stream', detail: 'no'} as const
      await log.append(0, [intakeRecord('{"activate":"b1"}', {stream: CONTROL_STREAM, refusal})])
      expect(await log.next()).toMatchObject({control: undefined, records: [{outcome: refusal}]})
    })

    test.runIf(isOneSequence)(
      'what stands before an offset can be read again, the newest piece first, while reading goes on',
      async () => {
        await log.append(0, texts(700))
        await log.append(0, texts(700))
        await log.next()
        const pieces: number[][] = []
        for await (const piece of log.before?.(0, 1200) ?? []) pieces.push(piece.map(({offset}) => offset))
        expect(pieces.length).toBeGreaterThan(1)
        expect(pieces.reverse().flat()).toEqual(Array.from({length: 1200}, (_, i) => i))
        const rest = await read(log, 1400 - BATCH_SIZE)
        expect(rest.map(({offset}) => offset)).toEqual(
          Array.from({length: 1400 - BATCH_SIZE}, (_, i) => BATCH_SIZE + i),
        )
      },
    )

    test('before the first record there is nothing to read again', async () => {
      await log.append(0, texts(2))
      const pieces = []
      for await (const piece of log.before?.(0, 0) ?? []) pieces.push(piece)
      expect(pieces).toEqual([])
    })

    test('an offset that was never written is an error, not an empty log', async () => {
      await log.append(0, texts(3))
      log.seek(0, 7)
      await expect(log.next()).rejects.toThrow('offset 7 is not on')
    })

    test('a partition that there is not is an error', async () => {
      expect(() => log.seek(99, 0)).toThrow(RangeError)
      await expect(log.append(99, texts(1))).rejects.toThrow(RangeError)
    })

    test('once it is stopped there is no next batch, also for who waits', async () => {
      const slow = await make({clock: {now: () => now}, batchSize: BATCH_SIZE, tickMs: 60_000})
      slow.log.seek(0, 0)
      const waiting = slow.log.next()
      slow.log.stop()
      expect(await waiting).toBeUndefined()
      await slow.log.append(0, texts(1))
      expect(await slow.log.next()).toBeUndefined()
      await slow.dispose()
    })
  })
}

export function texts(count: number) {
  return Array.from({length: count}, (_, i) => intakeRecord(`{"n":${i}}`))
}

/** The next records, until there are so many. Fails when a batch is empty before. */
export async function read(log: EventSource, count: number): Promise<InputRecord[]> {
  const records: InputRecord[] = []
  while (records.length < count) {
    const batch = await log.next()
    if (batch === undefined || batch.records.length === 0)
      throw new Error(`only ${records.length} of ${count} came`)
    records.push(...batch.records)
  }
  return records
}

function plain({stream, offset, ingestedAt, bytes, outcome}: InputRecord) {
  return {stream, offset, ingestedAt, outcome, text: bytes && new TextDecoder().decode(bytes)}
}
