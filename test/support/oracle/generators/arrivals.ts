import fc from 'fast-check'
import {DEFAULT_SETTINGS, type ReplayLine} from '../shapes.js'

type Fields = Readonly<Record<string, unknown>>

/** The same content in another spelling: key order, event time as RFC 3339, nulls left out. */
export type Spelling = 'same' | 'other_order' | 'rfc3339' | 'rfc3339_offset' | 'without_nulls'

export function respelled(line: ReplayLine, spelling: Spelling): ReplayLine {
  const event = line.event as Fields
  const time = event['event_time'] as number
  switch (spelling) {
    case 'same':
      return line
    case 'other_order':
      return {...line, event: Object.fromEntries(Object.entries(event).reverse())}
    case 'rfc3339':
      return {...line, event: {...event, event_time: new Date(time).toISOString()}}
    case 'rfc3339_offset': {
      const local = new Date(time + 2 * 3_600_000).toISOString().replace('Z', '+02:00')
      return {...line, event: {...event, event_time: local}}
    }
    case 'without_nulls':
      return {
        ...line,
        event: Object.fromEntries(
          Object.entries(event).filter(([, value]) => value !== null && value !== ''),
        ),
      }
  }
}

const spelling = fc.constantFrom<Spelling>(
  'same',
  'other_order',
  'rfc3339',
  'rfc3339_offset',
  'without_nulls',
)

/** The set with some of its events sent again, up to three times in all, in any spelling. */
export function withDuplicates(lines: readonly ReplayLine[]): fc.Arbitrary<readonly ReplayLine[]> {
  const copies = fc.array(spelling, {minLength: 1, maxLength: 3})
  const once = spelling.map((one) => [one])
  const perLine = fc.oneof({arbitrary: once, weight: 3}, {arbitrary: copies, weight: 1})
  return fc
    .tuple(...lines.map(() => perLine))
    .map((spellings) =>
      lines.flatMap((line, index) => (spellings[index] ?? []).map((one) => respelled(line, one))),
    )
}

/**
 * Any order. For sets that reach less than out-of-orderness + allowed lateness (scale CLOSE): every order
 * is then accepted. Lines carry no arrival time: wall time is stream time.
 */
export function shuffledArrivals(lines: readonly ReplayLine[]): fc.Arbitrary<readonly ReplayLine[]> {
  return fc.shuffledSubarray([...lines], {minLength: lines.length, maxLength: lines.length})
}

/**
 * Each event arrives less than the allowed lateness after its event time; lines are in the order of
 * arrival. For sets of any length (scale LONG). With arrival times, or without.
 */
export function delayedArrivals(
  lines: readonly ReplayLine[],
  allowedLateness = DEFAULT_SETTINGS.allowedLateness,
): fc.Arbitrary<readonly ReplayLine[]> {
  const delay = fc.oneof(
    fc.constantFrom(0, 1, 1_000, allowedLateness - 1),
    fc.integer({min: 0, max: allowedLateness - 1}),
  )
  return fc.tuple(fc.boolean(), ...lines.map(() => delay)).map(([isStamped, ...delays]) => {
    const arriving = lines.map((line, index) => ({line, at: eventTimeOf(line) + (delays[index] ?? 0)}))
    arriving.sort((left, right) => left.at - right.at)
    return arriving.map(({line, at}) =>
      isStamped ? {...line, arrival_time: new Date(at).toISOString()} : line,
    )
  })
}

function eventTimeOf(line: ReplayLine): number {
  const time = (line.event as Fields)['event_time']
  return typeof time === 'number' ? time : Date.parse(String(time))
}
