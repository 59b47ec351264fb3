import {compareEvents} from '../event/order.js'
import type {StoredEvent} from '../event/stored-event.js'
import type {Form, FormCondition, KeyView, Match} from './form.js'
import {bindJoins, concernBitsOf, mayHold} from './predicate.js'
import {mayBePresent} from './presence.js'
import {conditionOf, type SequenceFormParts, type SequencePart, type SequenceStep} from './sequence-parts.js'
import {sequencePlan} from './sequence-plan.js'
import {SequenceSearch} from './sequence-search.js'

/**
 * Fires for an anchor if there are events, one or a group for each step, each strictly after the one before and
 * satisfying its condition, the first no more than `within` before the last, which is the anchor; and if nothing lies
 * where something has to be absent. With an absence at the end it fires when its deadline is reached.
 */
export function sequenceForm(parts: SequenceFormParts): Form {
  const {steps, trailing, until, within} = parts
  const plan = sequencePlan(parts)
  const last = steps.at(-1) as SequenceStep
  const guards = [...steps.flatMap(({absences}) => absences), ...trailing, ...(until ? [until] : [])]
  const all: readonly SequencePart[] = [...steps, ...guards]
  const ranks = [...new Set(all.map(({stream}) => stream.rank))]
  const hasNext = steps.some(({next}) => next)
  const conditions = conditionsOf(steps)
  return {
    kind: 'sequence',
    streams: [...new Set(all.map(({stream}) => stream.name))],
    anchorStream: last.stream.name,
    anchorRank: last.stream.rank,
    anchorWhen: last.own,
    lookback: within,
    lookahead: trailing.length === 0 ? 0 : within,
    names: steps.map(({as}) => as),
    conditions,
    guards: conditionsOf(guards).map(({condition}) => condition),
    concernBits: (rank) =>
      hasNext ? undefined : concernBitsOf(all.filter(({stream}) => stream.rank === rank).map(({own}) => own)),
    // An event that is no step can only void, unless evidence that it voids gives way to some with an earlier deadline.
    canTakeIn: (anchor, entered) =>
      compareEvents(entered, anchor) < 0 && (trailing.length > 0 || isOneOf(steps, entered)),
    match: (anchor, view) =>
      mayHaveSteps(parts, anchor, view)
        ? new SequenceSearch(parts, plan, ranks, anchor, view).run()
        : undefined,
    bind: (anchor: StoredEvent, match: Match, view: KeyView) => {
      const {bound, groups} = view.evaluation
      view.evaluation.anchorTime = anchor.time
      for (const {slot, event} of match.evidence) bound[slot] = event
      for (const {slot} of steps)
        groups[slot] = match.evidence.filter((each) => each.slot === slot).map(({event}) => event)
      for (const {condition, joinSlot} of conditions) bindJoins(condition, bound[joinSlot] ?? anchor, view)
    },
  }
}

/** False only if events for one of the steps before the anchor are missing. */
function mayHaveSteps({steps, within}: SequenceFormParts, anchor: StoredEvent, {history}: KeyView): boolean {
  for (let i = 0; i < steps.length - 1; i++) {
    const {stream, own} = steps[i] as SequenceStep
    const series = history.series(stream.rank)
    if (series === undefined || !mayBePresent(own, series, anchor.time - within)) return false
  }
  return true
}

function conditionsOf(parts: readonly SequencePart[]): readonly FormCondition[] {
  return parts.flatMap((part) => {
    const condition = conditionOf(part)
    return condition === undefined ? [] : [{condition, joinSlot: part.slot}]
  })
}

/** Whether an event may satisfy what one of the parts asks of it by itself. */
function isOneOf(parts: readonly SequencePart[], event: StoredEvent): boolean {
  return parts.some(({stream, own}) => stream.rank === event.rank && mayHold(own, event))
}
