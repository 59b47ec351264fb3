import {trace} from '@opentelemetry/api'
import {describe, expect, onTestFinished, test} from 'vitest'
import {EmbeddedDatabase} from '../../../../src/adapters/embedded/database.js'
import {EmbeddedEventLog} from '../../../../src/adapters/embedded/event-log.js'
import {
  contextOf,
  formatTraceparent,
  parseTraceparent,
} from '../../../../src/adapters/telemetry/trace-context.js'
import type {WallTime} from '../../../../src/core/event/time.js'
import {temporaryFolder} from '../../../conformance/temporary-folder.js'

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'
const SPAN = '00f067aa0ba902b7'

describe('a traceparent', () => {
  test.each([`00-${TRACE}-${SPAN}-01`, `00-${TRACE}-${SPAN}-00`])(
    '%s is read, and written the same',
    (text) => {
      const read = parseTraceparent(text)
      expect(read).toMatchObject({traceId: TRACE, spanId: SPAN, isRemote: true})
      expect(read === undefined ? '' : formatTraceparent(read)).toBe(text)
    },
  )

  test('of a later version is read as far as it is known', () => {
    expect(parseTraceparent(`01-${TRACE}-${SPAN}-09-more`)).toMatchObject({traceId: TRACE, traceFlags: 1})
  })

  test.each([
    undefined,
    '',
    'nonsense',
    `00-${TRACE}-${SPAN}`,
    `00-${TRACE}-${SPAN}-01-more`,
    `ff-${TRACE}-${SPAN}-01`,
    `00-${'0'.repeat(32)}-${SPAN}-01`,
    `00-${TRACE}-${'0'.repeat(16)}-01`,
    `00-${TRACE.toUpperCase()}-${SPAN}-01`,
    ` 00-${TRACE}-${SPAN}-01`,
  ])('%s is none', (text) => {
    expect(parseTraceparent(text)).toBeUndefined()
    expect(trace.getSpanContext(contextOf(text))).toBeUndefined()
  })
})

test('an input keeps its trace on the log, over a restart', async () => {
  const folder = await temporaryFolder()
  onTestFinished(() => folder.remove())
  const clock = {now: () => 5 as WallTime}
  const traceparent = `00-${TRACE}-${SPAN}-01`
  const record = {
    stream: 'transactions',
    bytes: Buffer.from('{}'),
    refusal: undefined,
    ingestedAt: clock.now(),
  }
  const before = await EmbeddedDatabase.open(folder.path)
  const log = await EmbeddedEventLog.open(before, {clock})
  await log.append(0, [{...record, traceparent}, record])
  const read = async (from: EmbeddedEventLog) => (await from.next())?.records.map((each) => each.traceparent)
  expect(await read(log)).toEqual([traceparent, undefined])
  await before.close()

  const after = await EmbeddedDatabase.open(folder.path)
  expect(await read(await EmbeddedEventLog.open(after, {clock}))).toEqual([traceparent, undefined])
  await after.close()
})
