import {compareEvents} from '../../../event/order.js'
import type {StoredEvent} from '../../../event/stored-event.js'
import type {Clause} from '../../../expression/clauses.js'
import {TRUE} from '../../../expression/evaluation.js'
import type {RuleFile, SequenceMatch} from '../../rule-file.js'
import {type Assignment, see} from '../trial/assignment.js'
import type {Trial} from '../trial/trial.js'
import {missOf, relativeMiss} from './clause-miss.js'
import {type Distance, isNearer, NO_DISTANCE, sumOf} from './distance.js'
import type {Failure, NearMiss} from './failure.js'
import {SequenceAssessment} from './sequence-assessment.js'
import {type BindingStep, layoutOf, type SequenceLayout} from './sequence-layout.js'

/** The assignment to the steps of a sequence that fails in the fewest things; among those, by the least. */
export function nearSequence(
  trial: Trial,
  sequence: SequenceMatch['sequence'],
  anchor: StoredEvent,
): NearMiss {
  return new NearestSearch(trial, layoutOf(sequence), anchor).run()
}

interface Best {
  readonly assessment: SequenceAssessment
  readonly distance: Distance
}

/** Chooses the events of single steps from the last to the first, the most fitting first. */
class NearestSearch {
  private readonly singles: (StoredEvent | undefined)[] = []
  private readonly events: readonly StoredEvent[]
  private best: Best | undefined
  private steps = 0

  constructor(
    private readonly trial: Trial,
    private readonly layout: SequenceLayout,
    private readonly anchor: StoredEvent,
  ) {
    const end = anchor.time + layout.within
    const reachable = layout.streams.flatMap((stream) =>
      trial
        .eventsOf(stream, anchor)
        .filter(({time}) => time <= end)
        .slice(-trial.view.limits.historyCap),
    )
    this.events = reachable.sort(compareEvents)
  }

  run(): NearMiss {
    const chosen = this.chosenEvidence()
    if (chosen === undefined) this.bindFrom(this.layout.steps.length - 1, NO_DISTANCE)
    const assessment = chosen ?? (this.best as Best).assessment
    return {
      assignment: assessment.assignment,
      failures: assessment.failures,
      isComplete: this.isWithinBudget,
    }
  }

  /**
   * The evidence that the rule chooses before it looks at what must be absent after it: there is no other that counts,
   * though another might fail in nothing. Undefined: there is none.
   */
  private chosenEvidence(): SequenceAssessment | undefined {
    if (this.layout.trailing.length === 0) return undefined
    const match = this.trial.find(this.anchor, [{kind: 'match', part: 'trailing', change: withoutTrailing}])
    if (match === undefined) return undefined
    const singles = this.layout.steps.map(({slot, times}) =>
      times === undefined ? match.evidence.find((each) => each.slot === slot)?.event : undefined,
    )
    return new SequenceAssessment(this.trial, this.layout, this.anchor, singles, this.events)
  }

  private get isWithinBudget(): boolean {
    return this.steps <= this.trial.view.limits.stepBudget
  }

  private bindFrom(slot: number, sofar: Distance): void {
    if (!isNearer(sofar, this.best?.distance)) return
    const step = this.layout.steps[slot]
    if (step === undefined) {
      this.assess()
      return
    }
    const candidates = this.candidatesFor(step)
    for (const event of candidates) {
      if (!this.isWithinBudget && this.best !== undefined) return
      this.steps++
      this.singles[slot] = event
      this.bindFrom(slot - 1, sumOf(sofar, this.ownDistance(event, slot)))
      this.singles[slot] = undefined
    }
    if (candidates.length > 0) return
    const isGroup = step.times !== undefined
    this.bindFrom(slot - 1, isGroup ? sofar : sumOf(sofar, {failed: 1, miss: 1}))
  }

  /** Events that could stand for a single step, the most fitting first: by its own condition, then the newest. */
  private candidatesFor({slot, stream, times}: BindingStep): readonly StoredEvent[] {
    if (times !== undefined) return []
    if (slot === this.layout.steps.length - 1) return [this.anchor]
    const next = this.singles.find((event, at) => at > slot && event !== undefined) ?? this.anchor
    return this.events
      .filter((event) => event.stream === stream && compareEvents(event, next) < 0)
      .map((event) => ({event, failed: this.ownDistance(event, slot).failed}))
      .sort((a, b) => a.failed - b.failed || compareEvents(b.event, a.event))
      .map(({event}) => event)
  }

  /** What an event fails by itself at a step. */
  private ownDistance(event: StoredEvent, slot: number): Distance {
    const {within} = this.layout
    const apart = this.anchor.time - event.time
    let distance = NO_DISTANCE
    const bound: (StoredEvent | undefined)[] = []
    bound[slot] = event
    for (const part of this.trial.parts) {
      if (part.slot !== slot || part.condition.slots.some((named) => named !== slot)) continue
      const evaluation = see({anchor: this.anchor, bound, groups: []}, part, this.trial.view)
      for (const {test} of part.condition.clauses)
        if (test(evaluation) !== TRUE) distance = sumOf(distance, {failed: 1, miss: 0})
    }
    return apart > within && !this.isTooFar() ? sumOf(distance, {failed: 1, miss: 0}) : distance
  }

  /** Whether one of the bound events lies further back than the rule reaches. */
  private isTooFar(): boolean {
    return this.singles.some(
      (event) => event !== undefined && this.anchor.time - event.time > this.layout.within,
    )
  }

  private assess(): void {
    this.steps += this.layout.steps.length
    const {trial, layout, anchor, singles, events} = this
    const assessment = new SequenceAssessment(trial, layout, anchor, singles, events)
    const {assignment, failures} = assessment
    const miss = failures.reduce((sum, failure) => sum + missOfFailure(trial, assignment, failure), 0)
    const distance = {failed: failures.length, miss}
    if (isNearer(distance, this.best?.distance)) this.best = {assessment, distance}
  }
}

/** A rule that asks for nothing after its last bound event. */
function withoutTrailing(match: RuleFile['match']): RuleFile['match'] {
  if (!('sequence' in match)) return match
  const {steps} = match.sequence
  const last = steps.findLastIndex(({as}) => as !== undefined)
  return {sequence: {...match.sequence, steps: steps.slice(0, last + 1)}}
}

function missOfFailure(trial: Trial, assignment: Assignment, failure: Failure): number {
  switch (failure.kind) {
    case 'clause': {
      const {part, clause} = failure
      return missOf(part.condition.clauses[clause] as Clause, see(assignment, part, trial.view))
    }
    case 'within':
      return relativeMiss(failure.spread, failure.within)
    case 'size': {
      const {size, least, most} = failure
      return size < least ? relativeMiss(size, least) : relativeMiss(size, most)
    }
    case 'no-event':
      return failure.count
    case 'order':
      return 1
    default: {
      const count = failure.events.length
      return count / (count + 1)
    }
  }
}
