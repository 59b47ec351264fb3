import type {Span} from './fault.js'

/**
 * Widens spans so that they hold the parentheses that belong to them. The parser drops parentheses: it says that
 * `(a + b) * c` begins at `a`.
 */
export class Parentheses {
  /** Position of each parenthesis → position of its counterpart. */
  readonly #counterparts = new Map<number, number>()

  /** `text` must have been parsed without error. */
  constructor(text: string) {
    const open: number[] = []
    for (const position of parenthesesOf(text)) {
      if (text[position] === '(') open.push(position)
      else {
        const start = open.pop()
        if (start === undefined) continue
        this.#counterparts.set(start, position)
        this.#counterparts.set(position, start)
      }
    }
  }

  /** The smallest span around `span` in which every parenthesis has its counterpart. */
  balanced(span: Span): Span {
    let {start, end} = span
    for (const [position, counterpart] of this.#counterparts) {
      if (position < span.start || position >= span.end) continue
      start = Math.min(start, counterpart)
      end = Math.max(end, counterpart + 1)
    }
    const grown = start !== span.start || end !== span.end
    return grown ? this.balanced({start, end}) : {start, end}
  }
}

/** The positions of `(` and `)` outside of string literals and comments. */
function* parenthesesOf(text: string): Generator<number> {
  let position = 0
  while (position < text.length) {
    const char = text[position]
    if (char === "'" || char === '"') {
      position = endOfString(text, position)
      continue
    }
    if (char === '/' && text[position + 1] === '/') {
      const newline = text.indexOf('\n', position)
      position = newline < 0 ? text.length : newline
      continue
    }
    if (char === '(' || char === ')') yield position
    position++
  }
}

function endOfString(text: string, start: number): number {
  const quote = text[start]!
  const triple = quote.repeat(3)
  const delimiter = text.startsWith(triple, start) ? triple : quote
  let position = start + delimiter.length
  while (position < text.length && !text.startsWith(delimiter, position)) {
    position += text[position] === '\\' ? 2 : 1
  }
  return position + delimiter.length
}
