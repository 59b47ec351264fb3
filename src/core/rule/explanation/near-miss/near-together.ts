import {compareEvents} from '../../../event/order.js'
import type {StoredEvent} from '../../../event/stored-event.js'
import {TRUE} from '../../../expression/evaluation.js'
import type {TogetherMatch} from '../../rule-file.js'
import {type Assignment, see} from '../trial/assignment.js'
import type {RulePart} from '../trial/rule-parts.js'
import type {Trial} from '../trial/trial.js'
import {failedClauses, missOf, relativeMiss} from './clause-miss.js'
import {type Distance, isNearer, NO_DISTANCE, sumOf} from './distance.js'
import type {Failure, NearMiss} from './failure.js'

type Together = TogetherMatch['together']

/** The assignment to the items of `together` that fails in the fewest things; among those, by the least. */
export function nearTogether(trial: Trial, together: Together, anchor: StoredEvent): NearMiss {
  return new NearestSearch(trial, together, anchor).run()
}

class NearestSearch {
  private readonly anchorSlot: number
  /** The slots in the order in which they are bound. */
  private readonly order: readonly number[]
  private readonly candidates: readonly (readonly StoredEvent[])[]
  private readonly bound: (StoredEvent | undefined)[] = []
  private best:
    | {readonly bound: readonly (StoredEvent | undefined)[]; readonly distance: Distance}
    | undefined
  private steps = 0

  constructor(
    private readonly trial: Trial,
    private readonly together: Together,
    private readonly anchor: StoredEvent,
  ) {
    const {of} = together
    this.anchorSlot = Math.max(
      0,
      of.findIndex(({as}) => as === together.anchor),
    )
    this.order = [this.anchorSlot, ...of.keys()].filter((slot, i, all) => all.indexOf(slot) === i)
    this.candidates = of.map((_, slot) => (slot === this.anchorSlot ? [anchor] : this.candidatesFor(slot)))
  }

  run(): NearMiss {
    this.bindFrom(0, NO_DISTANCE)
    const bound = this.best?.bound ?? []
    const assignment: Assignment = {anchor: this.anchor, bound, groups: []}
    return {assignment, failures: this.failuresOf(assignment), isComplete: this.isWithinBudget}
  }

  private get isWithinBudget(): boolean {
    return this.steps <= this.trial.view.limits.stepBudget
  }

  /** Events that could stand for an item, the most fitting first: by its own condition, then the nearest in time. */
  private candidatesFor(slot: number): readonly StoredEvent[] {
    const {stream} = this.together.of[slot] as Together['of'][number]
    const own = this.trial.parts.filter(
      ({slot: at, condition}) => at === slot && condition.slots.every((s) => s === slot),
    )
    const bound: (StoredEvent | undefined)[] = []
    const weighed = this.trial.eventsOf(stream, this.anchor).map((event) => {
      bound[slot] = event
      const failed = own.reduce((sum, part) => sum + this.distanceOf(part, bound).failed, 0)
      return {event, failed, apart: Math.abs(event.time - this.anchor.time)}
    })
    return weighed
      .sort((a, b) => a.failed - b.failed || a.apart - b.apart)
      .slice(0, this.trial.view.limits.historyCap)
      .map(({event}) => event)
  }

  private bindFrom(depth: number, distance: Distance): void {
    if (!isNearer(distance, this.best?.distance)) return
    const slot = this.order[depth]
    if (slot === undefined) {
      this.best = {bound: [...this.bound], distance}
      return
    }
    const free = (this.candidates[slot] ?? []).filter((event) => !this.bound.includes(event))
    for (const event of free) {
      this.steps++
      if (!this.isWithinBudget && this.best !== undefined) return
      this.bound[slot] = event
      this.bindFrom(depth + 1, sumOf(distance, this.addedBy(depth)))
      this.bound[slot] = undefined
    }
    if (free.length === 0) this.bindFrom(depth + 1, sumOf(distance, {failed: 1, miss: 1}))
  }

  /** What binding the slot at a depth of the order adds to the distance. */
  private addedBy(depth: number): Distance {
    const slot = this.order[depth] as number
    const before = this.order.slice(0, depth).flatMap((each) => this.bound[each] ?? [])
    let added = this.spreadAdded(before, this.bound[slot] as StoredEvent)
    for (const part of this.trial.parts) {
      const names = [part.slot, ...part.condition.slots]
      if (names.includes(slot) && names.every((each) => this.bound[each] !== undefined))
        added = sumOf(added, this.distanceOf(part, this.bound))
    }
    for (const [later, {after}] of this.together.of.entries()) {
      const earlier = this.slotOf(after)
      if (earlier === undefined || (earlier !== slot && later !== slot)) continue
      added = sumOf(added, this.orderMiss(this.bound[earlier], this.bound[later]))
    }
    return added
  }

  private spreadAdded(before: readonly StoredEvent[], event: StoredEvent): Distance {
    const {within} = this.together
    const spreadBefore = spreadOf(before)
    const spread = spreadOf([...before, event])
    if (spread <= within) return NO_DISTANCE
    const added =
      relativeMiss(spread, within) - (spreadBefore > within ? relativeMiss(spreadBefore, within) : 0)
    return {failed: spreadBefore > within ? 0 : 1, miss: added}
  }

  private orderMiss(earlier: StoredEvent | undefined, later: StoredEvent | undefined): Distance {
    if (earlier === undefined || later === undefined || compareEvents(earlier, later) < 0) return NO_DISTANCE
    return {
      failed: 1,
      miss: relativeMiss(earlier.time - later.time + this.together.within, this.together.within),
    }
  }

  private distanceOf(part: RulePart, bound: readonly (StoredEvent | undefined)[]): Distance {
    const evaluation = see({anchor: this.anchor, bound, groups: []}, part, this.trial.view)
    let distance = NO_DISTANCE
    for (const clause of part.condition.clauses) {
      if (clause.test(evaluation) !== TRUE)
        distance = sumOf(distance, {failed: 1, miss: missOf(clause, evaluation)})
    }
    return distance
  }

  private failuresOf(assignment: Assignment): readonly Failure[] {
    const {of, within} = this.together
    const {bound} = assignment
    const isBound = (slot: number): boolean => bound[slot] !== undefined
    const clauses = this.trial.parts
      .filter(({slot, condition}) => [slot, ...condition.slots].every(isBound))
      .flatMap((part) => failedClauses(this.trial, part, assignment))
    const absent = of.flatMap(({as, stream}, slot): readonly Failure[] =>
      isBound(slot) ? [] : [{kind: 'no-event', as, slot, stream, count: 1}],
    )
    const orders = of.flatMap(({after}, later): readonly Failure[] => {
      const earlier = this.slotOf(after)
      if (earlier === undefined || this.orderMiss(bound[earlier], bound[later]).failed === 0) return []
      return [{kind: 'order', earlier, later}]
    })
    const inOrder = bound.filter((event) => event !== undefined).sort(compareEvents)
    const spread = spreadOf(inOrder)
    const [first] = inOrder
    const last = inOrder.at(-1)
    const apart: readonly Failure[] =
      first === undefined || last === undefined || spread <= within
        ? []
        : [{kind: 'within', spread, within, first, last}]
    return [...clauses, ...absent, ...orders, ...apart]
  }

  private slotOf(name: string | undefined): number | undefined {
    return name === undefined ? undefined : this.together.of.findIndex(({as}) => as === name)
  }
}

function spreadOf(events: readonly StoredEvent[]): number {
  const times = events.map(({time}) => time)
  return events.length === 0 ? 0 : Math.max(...times) - Math.min(...times)
}
