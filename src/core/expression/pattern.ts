import {RE2JS, RE2JSException} from 're2js'
import {patternSize} from './pattern-size.js'

/** A regular expression of RE2: found in time linear in the text, whatever the pattern. */
export interface Pattern {
  readonly source: string
  /** Whether the pattern occurs anywhere in the text. */
  readonly test: (text: string) => boolean
}

export const MAX_PATTERN_LENGTH = 1000

/** Time grows with text × program, so the program is bounded, too. */
const MAX_PROGRAM_SIZE = 5000
const TOO_LARGE = 'the pattern repeats too much'

/** A reason quotes the pattern, which may be long. */
const MAX_REASON_LENGTH = 100

/** The pattern, or why it is refused. */
export function compilePattern(source: string): Pattern | {readonly refused: string} {
  if (source.length > MAX_PATTERN_LENGTH) {
    return {refused: `the pattern has ${source.length} characters; at most ${MAX_PATTERN_LENGTH} are allowed`}
  }
  if (patternSize(source) > MAX_PROGRAM_SIZE) return {refused: TOO_LARGE}
  try {
    const expression = RE2JS.compile(source)
    if (expression.programSize() > MAX_PROGRAM_SIZE) return {refused: TOO_LARGE}
    return {source, test: (text) => expression.test(text)}
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error
    const reason = error.message.replace('error parsing regexp: ', '')
    const shown = reason.length > MAX_REASON_LENGTH ? `${reason.slice(0, MAX_REASON_LENGTH)}…` : reason
    return {refused: `the pattern is invalid: ${shown}`}
  }
}
