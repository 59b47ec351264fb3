import {expectedOutcome, type Outcome, type OutcomeInput} from '../../../support/oracle/outcome.js'
import type {Line, Match, ReplayLine, RuleFile} from '../../../support/oracle/shapes.js'

/** 2026-01-01T00:00:00Z, minute 0 of the examples. */
export const ZERO = Date.UTC(2026, 0, 1)

export const minutes = (count: number): number => ZERO + count * 60_000

type Fields = Readonly<Record<string, unknown>>

/** A transaction of user u1 and amount 1 at a minute; fields override. */
export function transaction(id: string, minute: number, fields: Fields = {}): ReplayLine {
  const event = {transaction_id: id, user_id: 'u1', amount: 1, event_time: minutes(minute), ...fields}
  return {stream: 'transactions', event}
}

/** A location of user u1 at (0, 0); fields override. */
export function location(id: string, minute: number, fields: Fields = {}): ReplayLine {
  const event = {location_id: id, user_id: 'u1', lat: 0, lon: 0, event_time: minutes(minute), ...fields}
  return {stream: 'locations', event}
}

export function merchant(id: string, minute: number, fields: Fields = {}): ReplayLine {
  return {stream: 'merchants', event: {merchant_id: id, event_time: minutes(minute), ...fields}}
}

export function feedback(id: string, minute: number, fields: Fields = {}): ReplayLine {
  const event = {feedback_id: id, user_id: 'u1', verdict: 'fraud', transaction_id: 't', ...fields}
  return {stream: 'feedback', event: {...event, event_time: minutes(minute)}}
}

/** A live review rule `r`, version 1, keyed by user_id; fields override. */
export function rule(match: Match, fields: Partial<RuleFile> = {}): RuleFile {
  return {
    schema: 'tripline/rule/v1',
    id: 'r',
    version: 1,
    title: 'A rule',
    key: 'user_id',
    severity: 'high',
    action: 'review',
    score: 80,
    match,
    ...fields,
  }
}

/** Lateness is so long that only a test which sets it meets it. */
export function outcome(lines: readonly Line[], input: Partial<OutcomeInput> = {}): Outcome {
  return expectedOutcome({rules: [], settings: {allowedLateness: 10 * 86_400_000}, ...input, lines})
}

/** Per alert the evidence as `as:id`, the anchor's id in front: `t3 = a:t1 b:t3`. */
export function alerted(match: Match, lines: readonly Line[], fields: Partial<RuleFile> = {}): string[] {
  const {alerts} = outcome(lines, {rules: [rule(match, fields)]})
  return alerts.map(
    ({anchor, events}) => `${anchor.id} = ${events.map(({as, id}) => `${as}:${id}`).join(' ')}`,
  )
}
