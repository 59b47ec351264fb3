import type {AlertRecord, DecisionRecord} from '../decision/records.js'

/*
 * What two runs over the same events must agree on. Revisions, times of detection, latencies and whether an alert was
 * late are not part of it: they depend on the order of arrival.
 */

/** What is compared of an alert that stands. */
export type ComparedAlert = Pick<AlertRecord, 'alert_id' | 'rule' | 'key' | 'anchor' | 'events'>

/** What is compared of a decision. */
export type ComparedDecision = Pick<DecisionRecord, 'decision' | 'rules' | 'score' | 'model'>

/** One thing on which two records of the same identity do not agree, as words of each. */
export interface Disagreement {
  readonly field: string
  readonly a: string
  readonly b: string
}

const SCORE_TOLERANCE = 1e-6

/** On what two alerts of one id do not agree. */
export function compareAlerts(a: ComparedAlert, b: ComparedAlert): readonly Disagreement[] {
  return [
    ...disagreement('rule', ruleOf(a), ruleOf(b)),
    ...disagreement('key', `${a.key.name} ${a.key.value}`, `${b.key.name} ${b.key.value}`),
    ...disagreement('anchor', anchorOf(a), anchorOf(b)),
    ...disagreement('evidence', evidenceOf(a), evidenceOf(b)),
  ]
}

/** On what two decisions about one transaction do not agree. Scores of different models are not compared. */
export function compareDecisions(a: ComparedDecision, b: ComparedDecision): readonly Disagreement[] {
  return [
    ...disagreement('decision', a.decision, b.decision),
    ...disagreement('rules', hitsOf(a), hitsOf(b)),
    ...(sameModel(a, b) && !sameScore(a.score, b.score)
      ? disagreement('score', String(a.score), String(b.score))
      : []),
  ]
}

/** Whether two decisions were scored by the same model, or both by none. */
export function sameModel({model: a}: ComparedDecision, {model: b}: ComparedDecision): boolean {
  return a?.id === b?.id && a?.version === b?.version
}

function sameScore(a: number | null, b: number | null): boolean {
  return a === null || b === null ? a === b : Math.abs(a - b) <= SCORE_TOLERANCE
}

function disagreement(field: string, a: string, b: string): readonly Disagreement[] {
  return a === b ? [] : [{field, a, b}]
}

function ruleOf({rule}: ComparedAlert): string {
  return `${rule.id} v${rule.version}`
}

function anchorOf({anchor}: ComparedAlert): string {
  return `${anchor.stream} ${anchor.id}`
}

function evidenceOf({events}: ComparedAlert): string {
  return events.map(({as, stream, id, event_time}) => `${as}: ${stream} ${id} at ${event_time}`).join(', ')
}

/** The rules that fired: each with its alert, or without one while a cooldown suppresses it. In no order. */
function hitsOf({rules}: ComparedDecision): string {
  return rules
    .map(({id, version, alert_id}) => `${id} v${version} ${alert_id ?? 'without alert'}`)
    .sort()
    .join(', ')
}
