import {RE2JS, RE2JSException} from 're2js'

/** A regular expression of RE2: found in time linear in the text, whatever the pattern. */
export interface Pattern {
  readonly source: string
  /** Whether the pattern occurs anywhere in the text. */
  readonly test: (text: string) => boolean
}

export const MAX_PATTERN_LENGTH = 1000

/** Time grows with text × program, so the program is bounded, too. */
const MAX_PROGRAM_SIZE = 5000

/** The pattern, or why it is refused. */
export function compilePattern(source: string): Pattern | {readonly refused: string} {
  if (source.length > MAX_PATTERN_LENGTH) {
    return {refused: `the pattern has ${source.length} characters; at most ${MAX_PATTERN_LENGTH} are allowed`}
  }
  try {
    const expression = RE2JS.compile(source)
    if (expression.programSize() > MAX_PROGRAM_SIZE) return {refused: 'the pattern repeats too much'}
    return {source, test: (text) => expression.test(text)}
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error
    return {refused: `the pattern is invalid: ${error.message.replace('error parsing regexp: ', '')}`}
  }
}
