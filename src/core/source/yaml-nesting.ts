import {Lexer, Parser} from 'yaml'

/** A rule needs about ten levels. Deeper nesting would only exhaust the stack of whoever walks it. */
export const MAX_NESTING = 64

/** Where a text first nests deeper than the limit, before anything is built of it; undefined if it never does. */
export function tooDeepAt(text: string): number | undefined {
  const parser = new Parser()
  for (const lexeme of new Lexer().lex(text)) {
    // Finished documents are of no interest here.
    for (const _ of parser.next(lexeme));
    if (parser.stack.length > MAX_NESTING) return Math.min(parser.offset, text.length)
  }
  return undefined
}
