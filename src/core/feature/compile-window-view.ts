import {FEEDBACK} from '../event/stream.js'
import type {Value} from '../expression/value.js'
import {COMPARING, readingOf, UNFOLDED} from './aggregate-reading.js'
import type {EntityBuilder} from './entity-builder.js'
import type {Read} from './log-builder.js'
import type {FoldMode} from './log-plan.js'
import {codeOf, numberOf, roundedNumberOf} from './value-code.js'
import type {ViewCondition, ViewExpressions} from './view-expressions.js'
import type {AggregateFunction, WindowViewFile} from './view-file.js'
import {EXACT_REACH_MS} from './window-border.js'

const DAY_MS = 86_400_000

/** How far back what is new is held against what was there, where a view does not say it. */
export const NOVELTY_WINDOWS = [{text: '90d', ms: 90 * DAY_MS}]

/** Adds the features of a view of windows to its entity. `at` is where they begin in a row. */
export function compileWindowView(
  view: WindowViewFile,
  at: number,
  expressions: ViewExpressions,
  builder: EntityBuilder,
): void {
  const {name: viewName, aggregates, delay, exact, include_current, horizon} = view
  const stream = expressions.stream(view.stream)
  if (stream === undefined) return
  const when = expressions.when(view.when, stream)
  const windows = view.windows ?? NOVELTY_WINDOWS
  if (view.windows === undefined && aggregates.some(({fn}) => fn !== 'novel'))
    expressions.fault(['windows'], 'windows is missing', 'add it (array): only novel can do without')
  if (stream.name === FEEDBACK) builder.findsFeedback(horizon ?? DAY_MS)
  else if (horizon !== undefined)
    expressions.fault(['horizon'], 'only a view of feedback has a horizon', 'remove it')
  for (const [i, aggregate] of aggregates.entries()) {
    const {fn, name} = aggregate
    const value = expressions.value(aggregate, i, stream)
    if (value === undefined && fn !== 'count') continue
    const log = builder.log(stream, foldOf(fn, view, windows))
    const place = placeIn(log, fn, when, value)
    const includesCurrent = include_current && fn !== 'novel'
    for (const [j, {text, ms}] of windows.entries()) {
      const frame = builder.frame(log, {startAge: delay + ms, endAge: delay, exact, includesCurrent})
      const feature = `${viewName}.${name}_${text}`
      const read = readingOf(fn, place, log)
      builder.windows.push({kind: 'window', name: feature, at: at + i * windows.length + j, frame, read})
    }
  }
}

/** How rows of an aggregate are put together when they are no longer needed one by one. */
function foldOf(
  fn: AggregateFunction,
  {exact, delay}: WindowViewFile,
  windows: typeof NOVELTY_WINDOWS,
): FoldMode {
  const isLong = !exact && windows.some(({ms}) => ms + delay > EXACT_REACH_MS)
  if (!isLong || !UNFOLDED.includes(fn)) return 'panes'
  // A window that ends among folded rows cannot do with the newest of equal ones.
  return fn === 'median' || delay > EXACT_REACH_MS ? 'rows' : 'latest'
}

function placeIn(
  log: ReturnType<EntityBuilder['log']>,
  fn: AggregateFunction,
  when: ViewCondition | undefined,
  value: Value | undefined,
) {
  const whenPlace = log.when(when?.canonical, when?.test)
  const ofOne = value?.ofOne
  if (value === undefined || ofOne === undefined) return {when: whenPlace, value: -1, readValue: undefined}
  const convert = conversionFor(fn, value)
  const readValue: Read = (event) => convert(ofOne(event))
  return {when: whenPlace, value: log.value(`${convert.name} ${value.canonical}`, readValue), readValue}
}

function conversionFor(fn: AggregateFunction, {type}: Value): (value: unknown) => number {
  const isNumber = type === 'double' || type === 'bool'
  if (COMPARING.includes(fn) || (fn === 'count' && !isNumber)) return codeOf
  return fn === 'stddev' ? roundedNumberOf : numberOf
}
