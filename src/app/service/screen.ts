import {mayHoldDigitRun, numberIsCardNumber, rawTextHoldsCardNumber} from '../../core/event/card-number.js'
import {type Decode, isRefusal, parseJson, type Refusal} from '../../core/event/decode.js'

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
  if (!mayHoldDigitRun(text) && !text.includes('\\u') && !EXPONENT.test(text)) return undefined
  const parsed = parseJson(text)
  if ('reason' in parsed) return rawTextHoldsCardNumber(text) ? parsed : undefined
  const outcome = decodeEvent(stream, parsed.value, text)
  if (!isRefusal(outcome)) return hidesCardNumber(text, parsed.value) ? HIDDEN_CARD_NUMBER : undefined
  const mustGo =
    outcome.reason === 'looks_like_pan' || rawTextHoldsCardNumber(text) || countCardNumbers(text) > 0
  return mustGo ? outcome : undefined
}

const HIDDEN_CARD_NUMBER: Refusal = {
  reason: 'looks_like_pan',
  detail:
    'a name is given twice, and the value that does not count looks like a card number; send each name once, and a token',
}

/**
 * Whether the text of an accepted event holds a card number that is not in its value: of a name that is given
 * twice, the last one counts. Accepted events are not deeply nested, so that writing them again is safe.
 */
function hidesCardNumber(text: string, value: unknown): boolean {
  const found = countCardNumbers(text)
  return found > 0 && found > countCardNumbers(JSON.stringify(value))
}

const STRING_OR_NUMBER = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g

/**
 * How many strings and numbers of a text hold a card number.
 * It must be JSON: in others the search could take long.
 */
function countCardNumbers(json: string): number {
  let count = 0
  for (const [literal] of json.matchAll(STRING_OR_NUMBER)) {
    const holds = literal.startsWith('"')
      ? rawTextHoldsCardNumber(literal)
      : numberIsCardNumber(Number(literal))
    if (holds) count++
  }
  return count
}
