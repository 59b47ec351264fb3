import type {Stream} from '../../event/stream.js'
import {fieldValues} from './field-values.js'
import type {Oddity} from './impossible-values.js'
import type {WrittenCondition} from './written-conditions.js'

/** `has(tx.user_id)`: questions for fields that every event has. */
export function needlessPresence(
  {nodes, streamOf}: WrittenCondition,
  streams: ReadonlyMap<string, Stream>,
): readonly Oddity[] {
  return nodes.flatMap((node): readonly Oddity[] => {
    const [asked] = node.op === 'call' && node.name === 'has' ? node.args : []
    if (asked?.op !== 'field' || asked.target.op !== 'name') return []
    const {name} = asked.target
    const {field} = asked
    const stream = streams.get(streamOf.get(name) ?? '')
    if (stream === undefined) return []
    const isRequired = field === 'event_time' || fieldValues(stream, field)?.isRequired
    if (isRequired !== true) return []
    const message = `has(${name}.${field}) is always true: all ${stream.name} have ${field}`
    return [{node, message, remedy: 'remove it, or ask for another field'}]
  })
}
