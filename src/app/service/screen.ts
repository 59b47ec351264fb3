import {mayHoldCardNumber, rawTextHoldsCardNumber} from '../../core/event/card-number.js'
import {type Decode, isRefusal, parseJson, type Refusal} from '../../core/event/decode.js'
import {hidesCardNumber} from '../../core/event/hidden-card-number.js'

/** A number in scientific notation can be a card number without showing its digits. */
const EXPONENT = /\d[eE]\+?\d/

const utf8 = new TextDecoder()

/**
 * Looks at an input before it is put on the log, which must never hold a card number. Returns why it is refused if
 * its bytes must not be kept; undefined for every input whose bytes may be stored, good or bad.
 */
export function screen(
  stream: string | undefined,
  bytes: Uint8Array,
  decodeEvent: Decode,
): Refusal | undefined {
  const text = utf8.decode(bytes)
  if (!mayHoldCardNumber(text) && !text.includes('\\u') && !EXPONENT.test(text)) return undefined
  const parsed = parseJson(text)
  if ('reason' in parsed) return rawTextHoldsCardNumber(text) ? parsed : undefined
  const outcome = decodeEvent(stream, parsed.value, text)
  if (!isRefusal(outcome)) return undefined
  const mustGo =
    outcome.reason === 'looks_like_pan' || rawTextHoldsCardNumber(text) || hidesCardNumber(text, undefined)
  return mustGo ? outcome : undefined
}
