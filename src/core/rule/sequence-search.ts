import {compareEvents} from '../event/order.js'
import type {StoredEvent} from '../event/stored-event.js'
import type {EventTime} from '../event/time.js'
import type {Evidence, KeyView, Match} from './form.js'
import type {GroupSize} from './group-size.js'
import {conditionHolds, holds} from './predicate.js'
import {SequenceHistory} from './sequence-history.js'
import type {SequenceFormParts, SequencePart, SequenceStep} from './sequence-parts.js'
import type {Moment} from './sequence-plan.js'

/** `exhausted`: neither does it agree for any older event of the step that was bound last. */
type Outcome = 'agrees' | 'refused' | 'exhausted'

/**
 * One search for the evidence of one anchor: from the last step to the first, each binds the newest event with which the
 * rest can still be satisfied.
 */
export class SequenceSearch {
  private readonly history: SequenceHistory
  private readonly bound: (StoredEvent | undefined)[]
  private readonly groups: (readonly StoredEvent[] | undefined)[]
  private readonly last: number
  private tries = 0

  constructor(
    private readonly parts: SequenceFormParts,
    private readonly plan: readonly Moment[],
    ranks: readonly number[],
    private readonly anchor: StoredEvent,
    private readonly view: KeyView,
  ) {
    this.history = new SequenceHistory(parts, ranks, anchor, view)
    this.bound = view.evaluation.bound
    this.groups = view.evaluation.groups
    this.last = parts.steps.length - 1
  }

  run(): Match | undefined {
    this.view.evaluation.anchorTime = this.anchor.time
    this.bound[this.last] = this.anchor
    const isFound = this.agrees(this.plan[0] as Moment) === 'agrees' && this.bindFrom(1)
    const truncated = this.history.isCutShort
    if (truncated || this.isOutOfBudget) this.view.countTruncated()
    return isFound ? this.toMatch(truncated) : undefined
  }

  private get isOutOfBudget(): boolean {
    return this.tries > this.view.limits.stepBudget
  }

  /** Binds the steps from a moment of the plan on, the newest event first. */
  private bindFrom(at: number): boolean {
    const moment = this.plan[at]
    if (moment?.slot === undefined) return moment === undefined
    const following = this.plan[at - 1]?.slot
    const candidates = this.history.candidatesOf(this.step(moment.slot))
    let place = candidates.placeBefore(following === undefined ? this.anchor : this.lastOf(following))
    for (; ; place++) {
      const candidate = candidates.at(place)
      this.tries++
      if (candidate === undefined || this.isOutOfBudget) return false
      this.bound[moment.slot] = candidate
      const outcome = this.agrees(moment)
      if (outcome === 'exhausted') return false
      if (outcome === 'refused') continue
      if (this.bindFrom(at + 1)) return true
      if (moment.isSettled || this.isOutOfBudget) return false
    }
  }

  private agrees({checks}: Moment): Outcome {
    for (const check of checks) {
      const outcome = this.outcomeOf(check)
      if (outcome !== 'agrees') return outcome
    }
    return this.isOutOfBudget ? 'exhausted' : 'agrees'
  }

  private outcomeOf(check: Moment['checks'][number]): Outcome {
    const {kind, slot, isFinal} = check
    switch (kind) {
      case 'group':
        return this.bindGroup(this.step(slot), isFinal)
      case 'across':
        return outcome(this.test(this.step(slot), this.lastOf(slot)), isFinal)
      case 'next':
        return outcome(this.history.isNext(this.lastOf(slot - 1), this.lastOf(slot)), isFinal)
      case 'absent':
        return outcome(!this.liesBetween(check.part, this.lastOf(slot - 1), this.firstOf(slot)), isFinal)
      case 'until':
        return outcome(!this.liesBetween(check.part, this.firstOf(slot), this.anchor), isFinal)
    }
  }

  /** Binds all events that satisfy a repeated step between its neighbours; as the last step it ends with the anchor. */
  private bindGroup(step: SequenceStep, isFinal: boolean): Outcome {
    const {slot} = step
    const {least, most} = step.times as GroupSize
    const after = slot === 0 ? undefined : this.lastOf(slot - 1)
    const candidates = this.history.candidatesOf(step)
    const members: StoredEvent[] = []
    let place = 0
    if (slot !== this.last) place = candidates.placeBefore(this.lastOf(slot + 1))
    else if (this.test(step, this.anchor)) members.push(this.anchor)
    else return 'refused'
    for (; ; place++) {
      const event = candidates.at(place)
      if (event === undefined || (after !== undefined && compareEvents(event, after) <= 0)) break
      if (this.test(step, event)) members.push(event)
      if (members.length > most) return outcome(false, isFinal)
    }
    if (members.length < least) return 'refused'
    this.bound[slot] = members[0]
    this.groups[slot] = members.reverse()
    return 'agrees'
  }

  /** Whether an event of a part lies strictly between two events. */
  private liesBetween(part: SequencePart, after: StoredEvent, before: StoredEvent): boolean {
    const candidates = this.history.candidatesOf(part)
    for (let place = candidates.placeBefore(before); ; place++) {
      const event = candidates.at(place)
      if (event === undefined || compareEvents(event, after) <= 0) return false
      if (this.test(part, event)) return true
    }
  }

  /** Tests what a part asks of a candidate in view of the other events. */
  private test({slot, across}: SequencePart, event: StoredEvent): boolean {
    if (across === undefined) return true
    this.tries++
    this.bound[slot] = event
    return !this.isOutOfBudget && conditionHolds(across, event, this.view)
  }

  private toMatch(truncated: boolean): Match | undefined {
    const {steps, trailing, within} = this.parts
    const evidence = steps.flatMap(({as, slot}): readonly Evidence[] =>
      this.eventsOf(slot).map((event) => ({as, slot, event})),
    )
    if (trailing.length === 0) return {evidence, truncated}
    const deadline = (this.firstOf(0).time + within) as EventTime
    const isCancelled = trailing.some((part) =>
      this.history.someAfter(part.stream.rank, deadline, (event) => this.cancels(part, event)),
    )
    return isCancelled ? undefined : {evidence, truncated, deadline}
  }

  /** Each event after the anchor is looked at once: that takes no part in the budget. */
  private cancels({slot, own, across}: SequencePart, event: StoredEvent): boolean {
    if (!holds(own, event, this.view)) return false
    this.bound[slot] = event
    return across === undefined || conditionHolds(across, event, this.view)
  }

  private step(slot: number): SequenceStep {
    return this.parts.steps[slot] as SequenceStep
  }

  /** All events that a step has bound. */
  private eventsOf(slot: number): readonly StoredEvent[] {
    return this.step(slot).times === undefined ? [this.lastOf(slot)] : (this.groups[slot] ?? [])
  }

  private firstOf(slot: number): StoredEvent {
    return this.eventsOf(slot)[0] as StoredEvent
  }

  private lastOf(slot: number): StoredEvent {
    return this.bound[slot] as StoredEvent
  }
}

function outcome(agrees: boolean, isFinal: boolean): Outcome {
  return agrees ? 'agrees' : isFinal ? 'exhausted' : 'refused'
}
