import {type KeyField, LOCATIONS, MERCHANTS, TRANSACTIONS} from '../event/stream.js'
import type {EventTime} from '../event/time.js'
import type {Rule} from '../rule/rule.js'
import type {Bundle} from './bundle.js'
import {NO_RULES, stageKeyOf} from './rule-set.js'

/**
 * From which event time on something is complete in the histories; what is not named here is complete as far back as
 * they reach. Plain data. A bundle that asks for more than the one before it leaves such gaps behind.
 */
export type Coverage = {readonly [what: string]: EventTime}

/** The histories themselves: the bundle before kept them no longer than it needed. */
export const HISTORY = 'history'

const fieldOf = (stream: string, name: string): string => `field ${stream} ${name}`
/** A stream's events in the histories by a field. */
const entryOf = (keyField: KeyField, stream: string): string => `entry ${keyField} ${stream}`
/** Which transactions a late profile would change. */
const visitsOf = (keyField: KeyField): string => `visits ${keyField}`

/** Where time stands when one bundle takes over from another. */
export interface TakeoverTime {
  /** No event of a stream that was accepted before has this time or a later one. */
  readonly fromOf: (stream: string) => EventTime
  /** Events before this time are dropped by the bundle that goes. */
  readonly expiresBefore: EventTime
  /** The bundle that goes knows the visits after this time. */
  readonly visitsSettledUpTo: EventTime
}

/** By stream: fields, and from which event time on they are asked for, or there. */
export type MissingFields = ReadonlyMap<
  string,
  {readonly fields: readonly string[]; readonly from: EventTime}
>

/** What is complete when `next` takes over from `before`, and `filled` was read again from the log. */
export function coverageAfter(
  before: Bundle,
  known: Coverage,
  next: Bundle,
  {fromOf, expiresBefore, visitsSettledUpTo}: TakeoverTime,
  filled: MissingFields,
): Coverage {
  const coverage: {[what: string]: EventTime} = {}
  const note = (what: string, time: EventTime | undefined): void => {
    if (time !== undefined && Number.isFinite(time)) coverage[what] = time
  }
  note(HISTORY, later(known[HISTORY], expiresBefore))
  for (const {name, keyField} of next.streams.values()) {
    if (!before.streams.has(name)) note(entryOf(keyField, name), fromOf(name))
    else note(entryOf(keyField, name), known[entryOf(keyField, name)])
    if (name === MERCHANTS) continue
    for (const field of next.fields.get(name) ?? []) {
      const had = before.fields.get(name)?.has(field) ? known[fieldOf(name, field)] : fromOf(name)
      const again = filled.get(name)
      const filledFrom = again?.fields.includes(field) ? again.from : undefined
      note(fieldOf(name, field), earlier(had, filledFrom))
    }
  }
  for (const [keyField, {byStream, merchantRules}] of next.ruleSets) {
    const had = before.ruleSets.get(keyField) ?? NO_RULES
    for (const stream of byStream.keys()) {
      // Profiles enter a history only where rules ask for them; other events enter that of their own key in any case.
      if (stream !== MERCHANTS && next.streams.get(stream)?.keyField === keyField) continue
      const entered = had.byStream.has(stream) ? known[entryOf(keyField, stream)] : fromOf(stream)
      note(entryOf(keyField, stream), entered)
    }
    if (merchantRules.length === 0) continue
    const reached = next.merchantReach > before.merchantReach ? visitsSettledUpTo : undefined
    const visits =
      had.merchantRules.length === 0 ? fromOf(TRANSACTIONS) : later(known[visitsOf(keyField)], reached)
    note(visitsOf(keyField), visits)
  }
  return coverage
}

/** From which anchor time on a rule sees all that it asks for. */
export function exactFrom(rule: Rule, since: EventTime, bundle: Bundle, coverage: Coverage): EventTime {
  const {form} = rule
  const stage = stageKeyOf(rule)
  const {merchantRules} = bundle.ruleSets.get(stage) ?? NO_RULES
  let exact = since
  const need = (what: string, reach: number): void => {
    const time = coverage[what]
    if (time !== undefined && time + reach > exact) exact = (time + reach) as EventTime
  }
  need(HISTORY, reachOf(rule, bundle))
  for (const stream of form.streams) {
    need(entryOf(stage, stream), form.lookback)
    need(entryOf(bundle.streams.get(stream)?.keyField ?? stage, stream), form.lookback)
  }
  if (merchantRules.includes(rule)) need(visitsOf(stage), form.lookback)
  for (const [stream, fields] of bundle.ruleFields.get(rule.id) ?? [])
    for (const field of fields)
      need(fieldOf(stream, field), stream === LOCATIONS ? reachOf(rule, bundle) : form.lookback)
  return exact
}

/** So far before its anchor (ms) an event can matter to a rule. */
export function reachOf(rule: Rule, {ruleSets, settings, features}: Bundle): number {
  const {locationRules, featureRules} = ruleSets.get(stageKeyOf(rule)) ?? NO_RULES
  const joined = locationRules.includes(rule) ? settings.locationMaxAge : 0
  return rule.form.lookback + Math.max(joined, featureRules.includes(rule) ? features.reach : 0)
}

/** What to read again from the log, so that rules that begin with anchors of a time see all their fields. */
export function missingFields(
  before: Bundle,
  known: Coverage,
  next: Bundle,
  beginning: ReadonlyMap<Rule, EventTime>,
): MissingFields {
  const missing = new Map<string, {fields: string[]; from: EventTime}>()
  for (const [rule, since] of beginning) {
    const from = (since - reachOf(rule, next)) as EventTime
    for (const [stream, fields] of next.ruleFields.get(rule.id) ?? []) {
      if (stream === MERCHANTS || !before.streams.has(stream)) continue
      for (const field of fields) {
        const covered = known[fieldOf(stream, field)]
        if (before.fields.get(stream)?.has(field) && (covered === undefined || covered <= from)) continue
        const entry = missing.get(stream) ?? {fields: [], from}
        if (!entry.fields.includes(field)) entry.fields.push(field)
        if (from < entry.from) entry.from = from
        missing.set(stream, entry)
      }
    }
  }
  return missing
}

/** What was complete from one time on, and was filled from another on; nothing to fill where it was complete. */
function earlier(a: EventTime | undefined, b: EventTime | undefined): EventTime | undefined {
  return a !== undefined && b !== undefined && b < a ? b : a
}

function later(a: EventTime | undefined, b: EventTime | undefined): EventTime | undefined {
  return a === undefined || (b !== undefined && b > a) ? b : a
}
