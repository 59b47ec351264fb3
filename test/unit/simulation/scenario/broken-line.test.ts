import {describe, expect, it} from 'vitest'
import {compileDecode, isRefusal, parseJson} from '../../../../src/core/event/decode.js'
import {streamsWith} from '../../../../src/core/event/stream.js'
import {
  BROKEN_KINDS,
  BROKEN_OUTCOMES,
  type BrokenKind,
  brokenText,
} from '../../../../src/simulation/scenario/broken-line.js'
import {SeededRandom} from '../../../../src/simulation/seeded-random.js'

const ARRIVAL = Date.UTC(2026, 0, 5, 12)
const EVENT_LIMIT = 256 * 1024
const decode = compileDecode({streams: streamsWith([]), eventLimit: EVENT_LIMIT, panExempt: new Set()})

/** The contract's checks in their order. */
function outcomeOf(text: string): string {
  if (text.length > EVENT_LIMIT) return 'too_large'
  const parsed = parseJson(text)
  if ('reason' in parsed) return parsed.reason
  const {stream, event} = parsed.value as {stream: string; event: unknown}
  const decoded = decode(stream, event, text)
  if (isRefusal(decoded)) return decoded.reason
  if (decoded.time > ARRIVAL + 5 * 60_000) return 'future_event_time'
  return decoded.time < ARRIVAL - 20 * 60_000 ? 'late' : 'accepted'
}

describe('a broken line', () => {
  it.each(BROKEN_KINDS)(
    'with the defect %s ends where it should, in all its variants',
    (kind: BrokenKind) => {
      const random = new SeededRandom(3, kind)
      const outcomes = new Set<string>()
      for (let number = 0; number < 40; number++)
        outcomes.add(outcomeOf(brokenText(kind, number, ARRIVAL, random)))
      expect([...outcomes]).toEqual([BROKEN_OUTCOMES[kind]])
    },
  )

  it('holds no newline, so that it stays one line', () => {
    const random = new SeededRandom(3, 'lines')
    for (const kind of BROKEN_KINDS) expect(brokenText(kind, 1, ARRIVAL, random)).not.toContain('\n')
  })
})
