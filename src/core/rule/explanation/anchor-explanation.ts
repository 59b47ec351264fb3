import type {StoredEvent} from '../../event/stored-event.js'
import {formatTime} from '../../event/time.js'
import {reasonFor} from '../explain.js'
import type {Match} from '../form.js'
import type {Rule} from '../rule.js'
import type {ToldChange} from './change/change.js'
import {type ClauseFinding, clauseFindings} from './condition/clause-finding.js'
import {suppressionOf} from './flip/cooldown.js'
import {firingFlips} from './flip/firing-flips.js'
import type {Flip} from './flip/flip.js'
import {missingFlips} from './flip/missing-flips.js'
import {nearMiss} from './near-miss/near-miss.js'
import {type Assignment, assignmentOf} from './trial/assignment.js'
import {hasKey, type Trial} from './trial/trial.js'
import {failureSentence} from './wording/failure-sentence.js'
import {flipSentence} from './wording/flip-sentence.js'

/** Why a rule fires for an anchor, or does not, and what it takes for the opposite. Plain data, as `--json` prints it. */
export interface AnchorExplanation {
  readonly anchor: {readonly stream: string; readonly id: string; readonly event_time: string}
  readonly fires: boolean
  /** A sentence for a person; null if it does not fire. */
  readonly reason: string | null
  /** When it is certain that nothing came that must be absent; null if the rule waits for nothing. */
  readonly deadline: string | null
  /** The alert that stands in the place of this one for as long as the rule's cooldown. */
  readonly suppressed_by: {readonly id: string; readonly event_time: string; readonly gap_ms: number} | null
  /** The evidence or, if the rule does not fire, the events that come nearest to it. */
  readonly events: readonly ToldEvent[]
  readonly clauses: readonly ClauseFinding[]
  /** What beside its conditions the rule fails in. */
  readonly failures: readonly ToldFailure[]
  readonly flips: readonly ToldFlip[]
  /** A limit on work was reached: there may be a nearer miss, or older events that were not looked at. */
  readonly truncated: boolean
}

export interface ToldEvent {
  readonly as: string
  readonly stream: string
  readonly id: string
  readonly event_time: string
}

export interface ToldFailure {
  readonly what: string
  readonly text: string
}

export interface ToldFlip {
  readonly outcome: Flip['outcome']
  readonly text: string
  /** It takes all of them together. */
  readonly changes: readonly ToldChange[]
}

/** Explains what a rule says of an event of its anchors' stream. `rule`: as it runs. */
export function explainAnchor(trial: Trial, rule: Rule, anchor: StoredEvent): AnchorExplanation {
  const {stream, id, time} = anchor
  const match = trial.find(anchor)
  const found = match === undefined ? explainMiss(trial, anchor) : explainMatch(trial, rule, anchor, match)
  const {flips, ...rest} = found
  return {
    anchor: {stream, id, event_time: formatTime(time)},
    ...rest,
    flips: flips.map((flip) => ({...flip, text: flipSentence(flip, anchor)})),
  }
}

type Found = Omit<AnchorExplanation, 'anchor' | 'flips'> & {readonly flips: readonly Flip[]}

function explainMatch(trial: Trial, rule: Rule, anchor: StoredEvent, match: Match): Found {
  const suppression = suppressionOf(trial, anchor)
  const assignment = assignmentOf(trial, anchor, match)
  return {
    fires: true,
    reason: reasonFor(rule, anchor, match, trial.view),
    deadline: match.deadline === undefined ? null : formatTime(match.deadline),
    suppressed_by:
      suppression === undefined
        ? null
        : {
            id: suppression.by.id,
            event_time: formatTime(suppression.by.time),
            gap_ms: suppression.gap,
          },
    events: match.evidence.map(({as, event}) => toldEvent(as, event)),
    clauses: clauseFindings(trial, assignment),
    failures: [],
    flips: [...(suppression?.flips ?? []), ...firingFlips(trial, anchor, match)],
    truncated: match.truncated,
  }
}

function explainMiss(trial: Trial, anchor: StoredEvent): Found {
  const nothing = {fires: false, reason: null, deadline: null, suppressed_by: null} as const
  if (!hasKey(trial.rule, anchor)) {
    const text = `it has no ${trial.rule.key}, by which the rule is keyed`
    const failures = [{what: 'key', text}]
    return {...nothing, events: [], clauses: [], failures, flips: [], truncated: false}
  }
  const nearest = nearMiss(trial, anchor)
  const {assignment, failures, isComplete} = nearest
  return {
    ...nothing,
    events: assignedEvents(assignment, trial),
    clauses: clauseFindings(trial, assignment),
    failures: failures.flatMap((failure) => {
      const text = failureSentence(failure, trial.names, anchor)
      return text === undefined ? [] : [{what: failure.kind, text}]
    }),
    flips: missingFlips(trial, nearest),
    truncated: !isComplete,
  }
}

function assignedEvents({bound, groups}: Assignment, {rule}: Trial): readonly ToldEvent[] {
  return rule.form.names.flatMap((as, slot) => {
    const single = bound[slot]
    const events = groups[slot] ?? (single === undefined ? [] : [single])
    return events.map((event) => toldEvent(as, event))
  })
}

function toldEvent(as: string, {stream, id, time}: StoredEvent): ToldEvent {
  return {as, stream, id, event_time: formatTime(time)}
}
