import type {Scalar} from 'yaml'

/** Escapes in double quotes that are longer than two characters. */
const ESCAPE_LENGTHS: {readonly [letter: string]: number} = {x: 4, u: 6, U: 10}
/** Escapes that stand for white space, or for nothing. */
const BLANK_ESCAPES = ' \t\r\nnrt'

/**
 * Where a character of a text stands in the file. YAML folds lines, strips indentation and replaces escapes, but keeps
 * the order of everything that is not white space: those characters are counted.
 */
export function placeOf(source: string, scalar: Scalar, start: number, offset: number): number {
  const value = String(scalar.value)
  const before = value.slice(0, offset).replace(/[ \t\r\n]/g, '').length
  const atEnd = value.slice(offset).trim() === ''
  let place = contentStart(source, scalar, start)
  for (let counted = 0; place < source.length; ) {
    if (counted === before && atEnd) return place
    const length = unitLength(source, place, scalar.type)
    if (!isBlank(source, place, scalar.type)) {
      if (counted === before) return place
      counted++
    }
    place += length
  }
  return start
}

function contentStart(source: string, {type}: Scalar, start: number): number {
  if (type === 'QUOTE_SINGLE' || type === 'QUOTE_DOUBLE') return start + 1
  const isBlock = type === 'BLOCK_LITERAL' || type === 'BLOCK_FOLDED'
  return isBlock ? source.indexOf('\n', start) + 1 : start
}

/** How many characters of the source stand for one of the text. */
function unitLength(source: string, at: number, type: Scalar['type']): number {
  if (type === 'QUOTE_SINGLE' && source.startsWith("''", at)) return 2
  if (type === 'QUOTE_DOUBLE' && source[at] === '\\') return ESCAPE_LENGTHS[source[at + 1] ?? ''] ?? 2
  return 1
}

function isBlank(source: string, at: number, type: Scalar['type']): boolean {
  const isEscape = type === 'QUOTE_DOUBLE' && source[at] === '\\'
  const char = source[isEscape ? at + 1 : at] ?? ''
  return isEscape ? BLANK_ESCAPES.includes(char) : ' \t\r\n'.includes(char)
}
