import type {Bundle} from '../../core/bundle/bundle.js'
import {decoderOf} from '../../core/bundle/decoder-of.js'
import {type DecodedEvent, parseJson, type Refusal} from '../../core/event/decode.js'
import {ERASED} from '../../core/forgetting/erased-input.js'
import type {InputRecord} from '../port/event-source.js'

const utf8 = new TextDecoder()

/** What a record of the log is under a bundle: an event, or why it is none. */
export function decodeRecord(bundle: Bundle): (record: InputRecord) => DecodedEvent | Refusal {
  const decode = decoderOf(bundle)
  const {eventLimit} = bundle.settings.intake
  return ({outcome, bytes, stream, erased}) => {
    if (erased !== undefined) return ERASED
    if (outcome !== undefined) return outcome
    if (bytes === undefined)
      return {reason: 'bad_json', detail: 'the record has no content; send one JSON object'}
    if (bytes.length > eventLimit) return tooLarge(bytes.length, eventLimit)
    const text = utf8.decode(bytes)
    const parsed = parseJson(text)
    return 'reason' in parsed ? parsed : decode(stream, parsed.value, text)
  }
}

function tooLarge(length: number, limit: number): Refusal {
  return {
    reason: 'too_large',
    detail: `the record has ${length} bytes, the limit is ${limit}; send less, or raise event_limit`,
  }
}
