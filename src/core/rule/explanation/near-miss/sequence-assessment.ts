import {compareEvents} from '../../../event/order.js'
import type {StoredEvent} from '../../../event/stored-event.js'
import {TRUE} from '../../../expression/evaluation.js'
import {type Assignment, see} from '../trial/assignment.js'
import type {Trial} from '../trial/trial.js'
import {failedClauses} from './clause-miss.js'
import type {Failure} from './failure.js'
import type {Absence, BindingStep, SequenceLayout} from './sequence-layout.js'

/** What is wrong with a choice of events for the single steps of a sequence; its groups follow from them. */
export class SequenceAssessment {
  readonly assignment: Assignment
  readonly failures: readonly Failure[]
  private readonly bound: (StoredEvent | undefined)[]
  private readonly groups: (readonly StoredEvent[] | undefined)[] = []

  constructor(
    private readonly trial: Trial,
    private readonly layout: SequenceLayout,
    private readonly anchor: StoredEvent,
    /** By slot; undefined for groups, and where nothing could stand. */
    singles: readonly (StoredEvent | undefined)[],
    /** Those of the rule's streams, in the total order. */
    private readonly events: readonly StoredEvent[],
  ) {
    this.bound = [...singles]
    for (const step of layout.steps) if (step.times !== undefined) this.bindGroup(step)
    this.assignment = {anchor, bound: this.bound, groups: this.groups}
    this.failures = [
      ...this.clauseFailures(),
      ...layout.steps.flatMap((step) => this.stepFailures(step)),
      ...this.wholeFailures(),
    ]
  }

  private bindGroup({slot, stream}: BindingStep): void {
    const before = this.lastBefore(slot)
    const next = this.bound[slot + 1]
    const earliest = this.anchor.time - this.layout.within
    const isLast = slot === this.layout.steps.length - 1
    const members = this.events.filter((event) => {
      if (event.stream !== stream || event.time < earliest) return false
      if (event === this.anchor) return isLast
      if (before !== undefined && compareEvents(event, before) <= 0) return false
      if (compareEvents(event, next ?? this.anchor) >= 0) return false
      return this.satisfies(event, slot)
    })
    this.groups[slot] = members
    this.bound[slot] = members.at(-1)
  }

  private satisfies(event: StoredEvent, slot: number): boolean {
    const part = this.trial.parts.find((each) => each.slot === slot)
    if (part === undefined) return true
    const bound = [...this.bound]
    bound[slot] = event
    const evaluation = see({anchor: this.anchor, bound, groups: this.groups}, part, this.trial.view)
    return part.condition.test(evaluation) === TRUE
  }

  private clauseFailures(): readonly Failure[] {
    return this.trial.parts
      .filter(
        ({role, slot, condition}) =>
          role === 'bound' && [slot, ...condition.slots].every((each) => this.bound[each]),
      )
      .flatMap((part) => failedClauses(this.trial, part, this.assignment))
  }

  private stepFailures({as, slot, stream, place, times, next, absences}: BindingStep): readonly Failure[] {
    const size =
      times === undefined ? Number(this.bound[slot] !== undefined) : (this.groups[slot]?.length ?? 0)
    const {least, most} = times ?? {least: 1, most: 1}
    if (size === 0) return [{kind: 'no-event', as, slot, stream, count: least}]
    const failures: Failure[] = []
    if (size < least || size > most)
      failures.push({kind: 'size', as, stream, slot, step: place, size, least, most})
    const before = this.lastBefore(slot)
    if (before === undefined) return failures
    const gap = this.between(before, this.firstOf(slot))
    if (next && gap.length > 0) failures.push({kind: 'next', as, slot, events: gap})
    return [...failures, ...absences.flatMap((absence) => this.intruders('absent', absence, gap))]
  }

  /** What the whole of it fails: its length, what ends it, and what comes after it. */
  private wholeFailures(): readonly Failure[] {
    const {within, until, trailing} = this.layout
    const {anchor} = this
    const slot = this.bound.findIndex((event) => event !== undefined)
    const first = this.firstOf(slot)
    const spread = anchor.time - first.time
    const apart: readonly Failure[] =
      spread > within ? [{kind: 'within', spread, within, first, last: anchor}] : []
    const stops = until === undefined ? [] : this.intruders('until', until, this.between(first, anchor))
    const afterwards = this.events.filter(
      (event) => compareEvents(event, anchor) > 0 && event.time <= first.time + within,
    )
    return [
      ...apart,
      ...stops,
      ...trailing.flatMap((absence) => this.intruders('absent', absence, afterwards)),
    ]
  }

  private intruders(
    kind: 'absent' | 'until',
    {as, slot, stream}: Absence,
    among: readonly StoredEvent[],
  ): readonly Failure[] {
    const events = among.filter((event) => event.stream === stream && this.satisfies(event, slot))
    return events.length === 0 ? [] : [{kind, as, slot, events}]
  }

  private between(from: StoredEvent, to: StoredEvent): readonly StoredEvent[] {
    return this.events.filter((event) => compareEvents(from, event) < 0 && compareEvents(event, to) < 0)
  }

  /** The last event that is bound before a slot. */
  private lastBefore(slot: number): StoredEvent | undefined {
    return this.bound.slice(0, slot).findLast((event) => event !== undefined)
  }

  private firstOf(slot: number): StoredEvent {
    return this.groups[slot]?.[0] ?? (this.bound[slot] as StoredEvent)
  }
}
