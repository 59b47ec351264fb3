import type {WallTime} from '../../../src/core/event/time.js'
import type {IntakeRecord} from '../../../src/engine/port/event-intake.js'
import {BROKEN_LINES} from '../../support/oracle/generators/broken-lines.js'

export interface Poison {
  readonly reason: string
  readonly record: IntakeRecord
}

const EVENT = '"event":'

/** An input of each kind that is refused, as a producer puts it on a topic, with the reason for which it must be. */
export function poison(ingestedAt: WallTime): readonly Poison[] {
  const broken = BROKEN_LINES.flatMap(({reason, text}) => {
    const stream = /"stream":"(\w+)"/.exec(text)?.[1]
    if (stream === undefined) return []
    return [{reason, stream, text: text.slice(text.indexOf(EVENT) + EVENT.length, -1)}]
  })
  const more = [
    {reason: 'too_large', stream: 'locations', text: JSON.stringify({note: 'x'.repeat(3_000_000)})},
    {reason: 'bad_json', stream: 'transactions', text: ''},
    {reason: 'bad_schema', stream: 'transactions', text: 'null'},
  ]
  return [...broken, ...more].map(({reason, stream, text}) => ({
    reason,
    record: {stream, bytes: Buffer.from(text), refusal: undefined, ingestedAt, key: 'poison'},
  }))
}
