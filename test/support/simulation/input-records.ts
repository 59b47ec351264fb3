import {Line as FileLine} from '../../../src/adapters/files/line-reader.js'
import {ReplaySource} from '../../../src/adapters/files/replay-source.js'
import type {Bundle} from '../../../src/core/bundle/bundle.js'
import {isRefusal} from '../../../src/core/event/decode.js'
import type {InputRecord} from '../../../src/engine/port/event-source.js'
import type {Line} from '../oracle/shapes.js'

/**
 * Replay lines as they would stand on a log: the event's bytes, stamped with their arrival. What is refused
 * for its envelope or holds a card number stands there as a refusal.
 */
export async function inputRecords(lines: readonly Line[], bundle: Bundle): Promise<readonly InputRecord[]> {
  const source = new ReplaySource({
    lines: inOneBlock(lines),
    bundle,
  })
  const records: InputRecord[] = []
  for (let batch = await source.next(); batch !== undefined; batch = await source.next()) {
    records.push(...batch.records.map(asOnLog))
  }
  return records
}

function asOnLog({stream, offset, ingestedAt, bytes, outcome}: InputRecord): InputRecord {
  const refused = outcome !== undefined && isRefusal(outcome) ? outcome.reason : undefined
  if (refused === 'looks_like_pan') return {stream, offset, ingestedAt, bytes: undefined, outcome}
  if (refused !== undefined && refused !== 'bad_schema' && refused !== 'unroutable') {
    return {stream, offset, ingestedAt, bytes, outcome}
  }
  const {event} = JSON.parse(Buffer.from(bytes ?? []).toString()) as {event: unknown}
  return {stream, offset, ingestedAt, bytes: Buffer.from(JSON.stringify(event)), outcome: undefined}
}

async function* inOneBlock(lines: readonly Line[]) {
  yield lines.map((line) => FileLine.of(typeof line === 'string' ? line : JSON.stringify(line)))
}
