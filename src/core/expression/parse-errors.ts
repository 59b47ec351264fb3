import type {ParseError} from '@marcbachmann/cel-js'
import type {ExpressionFault} from './fault.js'

/** Words and signs of other languages, and what CEL writes instead. */
const REPLACEMENTS: readonly (readonly [pattern: RegExp, remedy: string])[] = [
  [/^and\b/i, 'write && instead of "and"'],
  [/^or\b/i, 'write || instead of "or"'],
  [/^=/, 'write == to compare'],
  [/^&/, 'write && for "and"'],
  [/^\|/, 'write || for "or"'],
]

/** The same, where the parser only stumbles over what follows. */
const REPLACEMENTS_BEFORE: typeof REPLACEMENTS = [
  [/\bnot\s+$/i, 'write !(…) instead of "not"'],
  [/<$/, 'write != for "not equal"'],
  [/=$/, 'write == to compare'],
]

/** The parser's token names, as an author of rules would say them. */
const TOKENS: Readonly<Record<string, string>> = {
  EOF: 'the end of the expression',
  IDENTIFIER: 'a name',
  NUMBER: 'a number',
  STRING: 'a string',
  LPAREN: '"("',
  RPAREN: '")"',
  LBRACKET: '"["',
  RBRACKET: '"]"',
  LBRACE: '"{"',
  RBRACE: '"}"',
  COMMA: '","',
  COLON: '":"',
  DOT: '"."',
}

const REMEDIES: Readonly<Record<string, string>> = {
  unterminated_string: 'close the string with the same quote',
  unterminated_triple_quoted_string: 'close the string with the same three quotes',
  newline_in_string: 'write \\n, or use triple quotes',
  invalid_escape_sequence: "double the backslash, or put r before the quote: r'\\d+'",
  reserved_identifier: "choose another name; this one is CEL's own",
  limit_exceeded: 'split the condition',
  invalid_macro_argument: 'the first argument of a macro is a plain name: exists(x, x > 1)',
}

/** The parser's error as a fault with a remedy. */
export function explainParseError(error: ParseError, text: string): ExpressionFault {
  const start = Math.min(error.range?.start ?? 0, text.length)
  const end = Math.min(Math.max(error.range?.end ?? start, start), text.length)
  const summary = error.summary.replace(/\b[A-Z]{3,}\b/g, (token) => TOKENS[token] ?? token)
  const message =
    text.trim() === '' ? 'the expression is empty' : (limitMessage(error) ?? lowerFirst(summary))
  return {start, end, message, remedy: remedyFor(error.code, text.slice(0, start), text.slice(start))}
}

function limitMessage({code, summary}: ParseError): string | undefined {
  if (code !== 'limit_exceeded') return undefined
  return summary.includes('Depth') ? 'the expression is nested too deeply' : 'the expression is too large'
}

function remedyFor(code: string, before: string, rest: string): string {
  for (const [pattern, remedy] of REPLACEMENTS_BEFORE) if (pattern.test(before)) return remedy
  for (const [pattern, remedy] of REPLACEMENTS) if (pattern.test(rest)) return remedy
  return REMEDIES[code] ?? "write a CEL expression, such as tx.amount > 5000.0 && tx.currency == 'EUR'"
}

function lowerFirst(sentence: string): string {
  return sentence.charAt(0).toLowerCase() + sentence.slice(1)
}
