import type {Bundle} from '../../core/bundle/bundle.js'
import {decoderOf} from '../../core/bundle/decoder-of.js'
import {type DecodedEvent, isRefusal, parseJson} from '../../core/event/decode.js'
import {LOCATIONS} from '../../core/event/stream.js'
import {closest} from '../../core/expression/suggest.js'
import type {RecordedLines} from './explain-input.js'

/** Of so many ids, one like the wanted one is looked for. */
const IDS_COMPARED = 100_000

/** Ids of locations may be derived from their content: they do not stand in the line. */
const DERIVED_ID = /^[0-9a-f]{32}$/

/** The events with an id: of the wanted stream one for each user that has it, of other streams their names. */
export interface FoundEvents {
  readonly anchors: readonly DecodedEvent[]
  readonly otherStreams: readonly string[]
}

export async function findEvents(
  lines: RecordedLines,
  bundle: Bundle,
  stream: string,
  id: string,
): Promise<FoundEvents> {
  const anchors = new Map<string, DecodedEvent>()
  const otherStreams = new Set<string>()
  const mayBeDerived = stream === LOCATIONS && DERIVED_ID.test(id)
  for await (const event of decodedEvents(lines, bundle, mayBeDerived ? [LOCATIONS] : [id])) {
    if (event.id !== id) continue
    if (event.stream.name !== stream) otherStreams.add(event.stream.name)
    else if (!anchors.has(event.key)) anchors.set(event.key, event)
  }
  return {anchors: [...anchors.values()], otherStreams: [...otherStreams]}
}

/** The id in a stream that is most like one that is not there. */
export async function closestId(
  lines: RecordedLines,
  bundle: Bundle,
  stream: string,
  id: string,
): Promise<string | undefined> {
  const ids = new Set<string>()
  for await (const event of decodedEvents(lines, bundle, [stream])) {
    if (event.stream.name === stream) ids.add(event.id)
    if (ids.size >= IDS_COMPARED) break
  }
  return closest(id, ids)
}

async function* decodedEvents(
  lines: RecordedLines,
  bundle: Bundle,
  texts: readonly string[],
): AsyncGenerator<DecodedEvent> {
  const decode = decoderOf(bundle)
  for await (const block of lines.holding(texts)) {
    for (const {text} of block) {
      const parsed = text === undefined ? undefined : parseJson(text)
      if (text === undefined || parsed === undefined || 'reason' in parsed) continue
      const {stream, event} = (parsed.value ?? {}) as {stream?: unknown; event?: unknown}
      const outcome = decode(typeof stream === 'string' ? stream : undefined, event, text, parsed.value)
      if (!isRefusal(outcome)) yield outcome
    }
  }
}
