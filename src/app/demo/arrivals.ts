import {parseJson} from '../../core/event/decode.js'
import type {WallTime} from '../../core/event/time.js'
import type {TrafficLine} from '../../simulation/scenario/traffic-line.js'
import type {Arrival} from '../service/embedded-service.js'

/** A line of simulated traffic as an input on the log: the stream it names, and the bytes of its event. */
export function toArrival(line: TrafficLine): Arrival {
  const arrivedAt: WallTime = line.arrival
  if (line.kind === 'event')
    return {stream: line.stream, bytes: Buffer.from(JSON.stringify(line.event)), arrivedAt}
  const parsed = parseJson(line.text)
  const envelope = ('value' in parsed ? parsed.value : {}) as {stream?: unknown; event?: unknown}
  if (typeof envelope.stream !== 'string')
    return {stream: undefined, bytes: Buffer.from(line.text), arrivedAt}
  return {stream: envelope.stream, bytes: Buffer.from(JSON.stringify(envelope.event) ?? ''), arrivedAt}
}
