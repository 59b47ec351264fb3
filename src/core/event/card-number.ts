/*
 * Card numbers (PANs) must never enter: they are refused, and their raw bytes are dropped.
 * A card number is a maximal run of 13 to 19 digits (single spaces and dashes between them allowed, no letter
 * touching it) with a valid Luhn digit and an issuer prefix.
 */

const RUN = /\d(?:[ -]?\d){12,}/g
const SHORTEST_RUN = /\d(?:[ -]?\d){12}/
/**
 * Thirteen characters that can be in a run, digits or not. Written out and not as `{13}`, so that the platform skips
 * through a text in steps: it takes a seventh of the time that `SHORTEST_RUN` takes.
 */
const LIKE_A_RUN = new RegExp('[\\d -]'.repeat(13))
const ENDS_IN_LETTER = /\p{L}$/u
const BEGINS_WITH_LETTER = /^\p{L}/u

/** A JSON escape, as far as it is one; `\\` is taken as a whole, so that what follows it is not escaped. */
const ESCAPE = /\\(?:u([0-9a-fA-F]{4})|[^u])/g
const CONTROL_ESCAPES = new Set(['\\b', '\\f', '\\n', '\\r', '\\t'])

/** Issuer prefixes as inclusive ranges of the leading digits: [digits, from, to]. */
const ISSUER_PREFIXES: readonly (readonly [number, number, number])[] = [
  [1, 4, 4],
  [2, 51, 55],
  [4, 2221, 2720],
  [2, 34, 34],
  [2, 36, 37],
  [3, 300, 305],
  [4, 6011, 6011],
  [3, 644, 649],
  [2, 65, 65],
  [2, 62, 62],
  [4, 3528, 3589],
]

/** Whether the text holds a card number. */
export function textHoldsCardNumber(text: string): boolean {
  if (!mayHoldDigitRun(text)) return false
  for (const found of text.matchAll(RUN)) {
    if (!isCardNumber(digitsOf(found[0]))) continue
    const end = found.index + found[0].length
    // Two code units: a letter beyond U+FFFF is a pair of them.
    const before = text.slice(Math.max(found.index - 2, 0), found.index)
    const after = text.slice(end, end + 2)
    if (!ENDS_IN_LETTER.test(before) && !BEGINS_WITH_LETTER.test(after)) return true
  }
  return false
}

/**
 * Whether a JSON number is a card number. Only its integer part counts: the fraction digits of a coordinate
 * are no card number, though one in forty would pass the digit test.
 */
export function numberIsCardNumber(value: number): boolean {
  const whole = Math.trunc(Math.abs(value))
  return whole >= 1e12 && whole < 1e19 && isCardNumber(String(whole))
}

/**
 * Whether text that may be no JSON holds a card number, also where JSON escapes hide its digits (`\u0034`), or
 * where the letter that seems to touch it is one of an escape (`\n4111…`).
 */
export function rawTextHoldsCardNumber(text: string): boolean {
  if (textHoldsCardNumber(text)) return true
  if (!text.includes('\\')) return false
  return textHoldsCardNumber(
    text.replace(ESCAPE, (spelled, hex: string | undefined) => {
      if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16))
      return CONTROL_ESCAPES.has(spelled) ? '\n' : spelled
    }),
  )
}

/**
 * False only if no card number can be in JSON text that has no `\\u` in it, however it is taken apart. Numbers whose digits as
 * written are none may still become one where they are rounded.
 */
export function mayHoldCardNumber(text: string): boolean {
  if (!mayHoldDigitRun(text)) return false
  for (const {0: run, index} of text.matchAll(RUN)) {
    // What follows could make another number of it.
    if ('.eE'.includes(text.charAt(index + run.length)) || isCardNumber(digitsOf(run))) return true
  }
  return false
}

/** False only if no run of 13 digits can be in the text. */
function mayHoldDigitRun(text: string): boolean {
  return LIKE_A_RUN.test(text) && SHORTEST_RUN.test(text)
}

function digitsOf(run: string): string {
  return run.replace(/[ -]/g, '')
}

function isCardNumber(digits: string): boolean {
  return digits.length >= 13 && digits.length <= 19 && hasIssuerPrefix(digits) && passesLuhn(digits)
}

function hasIssuerPrefix(digits: string): boolean {
  return ISSUER_PREFIXES.some(([length, from, to]) => {
    const prefix = Number(digits.slice(0, length))
    return prefix >= from && prefix <= to
  })
}

function passesLuhn(digits: string): boolean {
  let sum = 0
  for (let i = 0; i < digits.length; i++) {
    const digit = digits.charCodeAt(digits.length - 1 - i) - 0x30
    sum += i % 2 === 0 ? digit : digit > 4 ? digit * 2 - 9 : digit * 2
  }
  return sum % 10 === 0
}
