import type {ComparisonOperator} from '../../../expression/syntax.js'

/** The relation that holds where another does not. */
export const OPPOSITE: Readonly<Record<ComparisonOperator, ComparisonOperator>> = {
  '>': '<=',
  '>=': '<',
  '<': '>=',
  '<=': '>',
  '==': '!=',
  '!=': '==',
}

export function stands(value: number, relation: ComparisonOperator, border: number): boolean {
  switch (relation) {
    case '<':
      return value < border
    case '<=':
      return value <= border
    case '>':
      return value > border
    case '>=':
      return value >= border
    case '==':
      return value === border
    case '!=':
      return value !== border
  }
}

/** The numbers nearest to a border that stand so to it. */
export function nearestStanding(relation: ComparisonOperator, border: number): readonly number[] {
  switch (relation) {
    case '<':
      return [nextBelow(border)]
    case '>':
      return [nextAbove(border)]
    case '!=':
      return [nextAbove(border), nextBelow(border)]
    default:
      return [border]
  }
}

/** The limit nearest to a value to which the value stands so. */
export function limitFor(relation: ComparisonOperator, value: number): number | undefined {
  switch (relation) {
    case '<':
      return nextAbove(value)
    case '>':
      return nextBelow(value)
    case '!=':
      return undefined
    default:
      return value
  }
}

/** The least double above a number. */
export function nextAbove(value: number): number {
  return -nextBelow(-value)
}

/** The greatest double below a number. */
export function nextBelow(value: number): number {
  if (value === 0) return -Number.MIN_VALUE
  if (!Number.isFinite(value)) return value
  const bits = new DataView(new ArrayBuffer(8))
  bits.setFloat64(0, value)
  bits.setBigInt64(0, bits.getBigInt64(0) + (value > 0 ? -1n : 1n))
  return bits.getFloat64(0)
}
