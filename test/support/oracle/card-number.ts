/**
 * Whether a JSON text holds what looks like a payment card number in a string (keys included) or a number, at
 * any depth. The text must be valid JSON.
 */
export function holdsCardNumber(json: string): boolean {
  for (const [token] of json.matchAll(/"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g)) {
    if (token.startsWith('"') ? textHoldsCardNumber(JSON.parse(token)) : numberIsCardNumber(token))
      return true
  }
  return false
}

/** A maximal run of 13 to 19 digits, single spaces and dashes between them allowed, no letter touching it. */
function textHoldsCardNumber(text: string): boolean {
  for (const run of text.matchAll(/[0-9](?:[ -]?[0-9])*/g)) {
    const previous = [...text.slice(0, run.index)].at(-1) ?? ''
    const following = [...text.slice(run.index + run[0].length)].at(0) ?? ''
    if (/\p{L}/u.test(previous) || /\p{L}/u.test(following)) continue
    if (isCardNumber(run[0].replace(/[ -]/g, ''))) return true
  }
  return false
}

/**
 * Of a JSON number only the digits of the integer part count, so that a coordinate is not taken for a card.
 */
function numberIsCardNumber(token: string): boolean {
  const value = Number(token)
  if (/[eE]/.test(token))
    return Number.isFinite(value) && isCardNumber(String(BigInt(Math.trunc(Math.abs(value)))))
  return isCardNumber(/\d+/.exec(token)?.[0] ?? '')
}

function isCardNumber(digits: string): boolean {
  return digits.length >= 13 && digits.length <= 19 && hasIssuerPrefix(digits) && hasValidLuhnDigit(digits)
}

function hasIssuerPrefix(digits: string): boolean {
  const prefix = (length: number): number => Number(digits.slice(0, length))
  const within = (length: number, low: number, high: number): boolean =>
    prefix(length) >= low && prefix(length) <= high
  return (
    prefix(1) === 4 ||
    within(2, 51, 55) ||
    within(4, 2221, 2720) ||
    [34, 36, 37, 62, 65].includes(prefix(2)) ||
    within(3, 300, 305) ||
    prefix(4) === 6011 ||
    within(3, 644, 649) ||
    within(4, 3528, 3589)
  )
}

function hasValidLuhnDigit(digits: string): boolean {
  let sum = 0
  for (const [fromRight, digit] of [...digits].reverse().entries()) {
    const value = Number(digit) * (fromRight % 2 === 1 ? 2 : 1)
    sum += value > 9 ? value - 9 : value
  }
  return sum % 10 === 0
}
