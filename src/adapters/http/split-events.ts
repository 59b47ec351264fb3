/*
 * A request body holds one event or many. Each is handed on as the bytes that were sent: to parse and write
 * it anew would change it (numbers beyond a double's precision, duplicate names), and cost more.
 */

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COMMA = 0x2c
const OPEN_BRACKET = 0x5b
const CLOSE_BRACKET = 0x5d
const OPEN_BRACE = 0x7b
const CLOSE_BRACE = 0x7d
const NEWLINE = 0x0a

/** So many events and no more; or what keeps the body from being split. */
export type SplitBody = {readonly events: readonly Uint8Array[]} | {readonly fault: 'bad_json' | 'too_many'}

/** One JSON value is one event, an array one per element. The body must be JSON as a whole. */
export function splitJson(body: Uint8Array, limit: number): SplitBody {
  const first = skipSpace(body, 0)
  const isArray = body[first] === OPEN_BRACKET
  const events = isArray ? splitElements(body, first + 1, limit) : [trimmed(body, first, body.length)]
  if (events === undefined) return {fault: 'too_many'}
  return isJson(body) ? {events} : {fault: 'bad_json'}
}

/** Every line that is not blank is an event, be it JSON or not. */
export function splitLines(body: Uint8Array, limit: number): SplitBody {
  const events: Uint8Array[] = []
  let start = 0
  while (start < body.length) {
    const newline = body.indexOf(NEWLINE, start)
    const end = newline === -1 ? body.length : newline
    const line = trimmed(body, start, end)
    if (line.length > 0) {
      if (events.length === limit) return {fault: 'too_many'}
      events.push(line)
    }
    start = end + 1
  }
  return {events}
}

/**
 * Cuts an array at the commas of its outermost level; `undefined` if there are more than `limit` elements.
 * Of what is not JSON it makes pieces of some kind. No byte of a longer UTF-8 sequence looks like structure.
 */
function splitElements(body: Uint8Array, start: number, limit: number): readonly Uint8Array[] | undefined {
  const elements: Uint8Array[] = []
  let depth = 0
  let from = start
  for (let at = start; at < body.length; at++) {
    const byte = body[at]
    if (byte === QUOTE) {
      at++
      while (at < body.length && body[at] !== QUOTE) at += body[at] === BACKSLASH ? 2 : 1
    } else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
      depth++
    } else if (byte === CLOSE_BRACE || (byte === CLOSE_BRACKET && depth > 0)) {
      depth--
    } else if (depth === 0 && (byte === COMMA || byte === CLOSE_BRACKET)) {
      const element = trimmed(body, from, at)
      const isEmptyArray = byte === CLOSE_BRACKET && element.length === 0 && elements.length === 0
      if (!isEmptyArray) {
        if (elements.length === limit) return undefined
        elements.push(element)
      }
      if (byte === CLOSE_BRACKET) break
      from = at + 1
    }
  }
  return elements
}

function trimmed(body: Uint8Array, from: number, to: number): Uint8Array {
  const start = skipSpace(body, from)
  let end = to
  while (end > start && isSpace(body[end - 1])) end--
  return body.subarray(Math.min(start, end), end)
}

function skipSpace(body: Uint8Array, from: number): number {
  let at = from
  while (at < body.length && isSpace(body[at])) at++
  return at
}

/** JSON's white space: space, tab, line feed, carriage return. */
function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d
}

const decoder = new TextDecoder('utf-8', {ignoreBOM: true})

function isJson(body: Uint8Array): boolean {
  try {
    JSON.parse(decoder.decode(body))
    return true
  } catch {
    return false
  }
}
