import {numberIsCardNumber, rawTextHoldsCardNumber} from './card-number.js'

const STRING_OR_NUMBER = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g

/**
 * Whether JSON text holds a card number that is not in the value it was parsed to: of a name that is given twice, only
 * the last value counts. The text must be JSON: in other texts the search could take long.
 */
export function hidesCardNumber(text: string, value: unknown): boolean {
  const found = countCardNumbers(text)
  return found > 0 && found > countCardNumbers(stringified(value))
}

/** How many strings and numbers of a text hold a card number. */
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

/** Nothing, for a value that is nested too deeply to be written: then whatever the text holds is hidden. */
function stringified(value: unknown): string {
  try {
    return JSON.stringify(value) ?? ''
  } catch {
    return ''
  }
}
