import {BEGINNING_OF_TIME, END_OF_TIME, type EventTime, type WallTime} from '../event/time.js'
import type {Rule} from '../rule/rule.js'
import type {Activation} from './activation.js'
import type {Bundle} from './bundle.js'
import {coverageAfter, exactFrom, type MissingFields, missingFields, type TakeoverTime} from './coverage.js'
import type {InForce, RuleTerm, TakeoverMoment} from './in-force.js'
import {stageKeyOf} from './rule-set.js'

/** A bundle in force, and where time stands in a partition, when another bundle takes over. */
export interface TakeoverState extends TakeoverTime {
  readonly bundle: Bundle
  readonly inForce: InForce
  /** When it happens: not before any wall time that the partition has seen. */
  readonly wall: WallTime
  readonly moment: TakeoverMoment
  /** Events up to this time are late in the stages by other fields than the user. */
  readonly sharedLateUpTo: EventTime
}

/**
 * What one bundle taking over from another means for its rules. A rule of the same id and version goes on; any other
 * begins with the activation or, if it is to be backfilled, with the first anchor that is not settled.
 */
export class Takeover {
  /** Rules that look at anchors that they did not look at before, with the first one's time. */
  private readonly beginning = new Map<Rule, EventTime>()
  /** What should be read again from the log. */
  readonly missing: MissingFields

  constructor(
    private readonly state: TakeoverState,
    private readonly next: Bundle,
    private readonly activation: Activation,
    private readonly offset: number,
  ) {
    for (const rule of next.rules) {
      const since = this.beginningOf(rule)
      const term = this.termOf(rule)
      const until = term === undefined ? END_OF_TIME : (term.since ?? BEGINNING_OF_TIME)
      if (since !== undefined && since < until) this.beginning.set(rule, since)
    }
    this.missing = missingFields(state.bundle, state.inForce.coverage, next, this.beginning)
  }

  /** How the next bundle stands once what could be read again is there. */
  result(filled: MissingFields): InForce {
    const {state, next, activation, offset} = this
    const {bundle, inForce, moment} = state
    const coverage = coverageAfter(bundle, inForce.coverage, next, state, filled)
    const backfill = next.rules
      .filter(({id}) => activation.backfill.includes(id))
      .map((rule) => ({id: rule.id, from: finite(this.firstUnsettled(rule))}))
    const rules = next.rules.map((rule): RuleTerm => {
      const {id, version} = rule
      const term = this.termOf(rule)
      const since = this.beginning.get(rule)
      if (since === undefined) return term as RuleTerm
      const exact = exactFrom(rule, since, next, coverage)
      return {id, version, since: finite(since), exactFrom: finite(exact)}
    })
    return {
      bundle: next.id,
      offset,
      at: state.wall,
      rules,
      coverage,
      time: moment,
      backfill,
      isBackfilling: backfill.length > 0,
    }
  }

  /** The first anchor time of a rule, as far as this activation says it; undefined if the rule just goes on. */
  private beginningOf(rule: Rule): EventTime | undefined {
    const {activation, state} = this
    if (!activation.backfill.includes(rule.id)) {
      return this.termOf(rule) === undefined ? (state.wall as number as EventTime) : undefined
    }
    return this.firstUnsettled(rule)
  }

  /** The time of the first anchor of a rule that may still change. */
  private firstUnsettled(rule: Rule): EventTime {
    const {state} = this
    const {lateUpTo, settledUpTo} = state.moment
    const late = stageKeyOf(rule) === 'user_id' ? (lateUpTo ?? BEGINNING_OF_TIME) : state.sharedLateUpTo
    return (Math.max(late - rule.form.lookahead, settledUpTo ?? BEGINNING_OF_TIME) + 1) as EventTime
  }

  private termOf({id, version}: Rule): RuleTerm | undefined {
    return this.state.inForce.rules.find((term) => term.id === id && term.version === version)
  }
}

function finite(time: EventTime): EventTime | null {
  return Number.isFinite(time) ? time : null
}
