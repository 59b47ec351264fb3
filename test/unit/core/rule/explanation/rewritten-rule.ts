import type {SizeTold, SpanTold, ValueTold} from '../../../../../src/core/rule/explanation/change/change.js'

type Fields = {readonly [field: string]: unknown}

/** A rule with another limit in one of its comparisons; undefined if it is not told which. */
export function withLimit(rule: object, {place, subject, value, limit, type}: ValueTold): object | undefined {
  if (limit === null || type !== 'number') return undefined
  const path = place.split('.')
  const text = textAt(rule, path)
  const comparison = new RegExp(`${escaped(subject)} (<=|>=|==|!=|<|>) (-?[\\w.]+(?:\\([^)]*\\))?)`, 'g')
  const [found, second] = [...text.matchAll(comparison)].filter(
    ([, , bound]) => Number.isNaN(Number(bound)) || Number(bound) === value || Number(bound) === limit,
  )
  if (found === undefined || second !== undefined) return undefined
  const [whole, operator] = found
  const before = text.slice(0, found.index)
  const after = text.slice(found.index + whole.length)
  return replacedAt(rule, path, `${before}${subject} ${operator} ${limit}${after}`) as object
}

/** A rule with a reach in time on the other side of a border, by a millisecond where the border does not count. */
export function withSpan(rule: object, {what, relation, value}: SpanTold): object {
  const ms = relation === '<' ? value - 1 : relation === '>' ? value + 1 : value
  const [form = ''] = ['window', 'together', 'sequence'].filter((each) => each in matchOf(rule))
  return replacedAt(rule, ['match', form, what], `${ms}ms`) as object
}

/** A rule with a step that takes as many events as there are or, if they would be too few, more. */
export function withTimes(rule: object, {as, relation, value, was}: SizeTold): object {
  const {steps} = matchOf(rule).sequence as {readonly steps: readonly {readonly as?: string}[]}
  const place = String(steps.findIndex((step) => step.as === as))
  const times = relation === '<' ? `${was + 1}..` : `${Math.min(value, was)}..${Math.max(value, was)}`
  return replacedAt(rule, ['match', 'sequence', 'steps', place, 'times'], times) as object
}

function matchOf(rule: object): Fields {
  return (rule as {readonly match: Fields}).match
}

function textAt(data: unknown, [step, ...rest]: readonly string[]): string {
  return step === undefined ? String(data) : textAt((data as Fields)[step], rest)
}

function replacedAt(data: unknown, [step, ...rest]: readonly string[], text: string): unknown {
  if (step === undefined) return text
  const inner = replacedAt((data as Fields)[step], rest, text)
  return Array.isArray(data) ? data.with(Number(step), inner) : {...(data as Fields), [step]: inner}
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
