import {map, type OperatorFunction} from 'rxjs'
import {toAlertRecord} from '../../core/decision/alert-record.js'
import {toDecisionRecord} from '../../core/decision/decision-record.js'
import {
  applyHit,
  applyToDecision,
  askedFor,
  decisionFingerprint,
  rememberDecision,
  undecided,
  userOf,
} from '../../core/decision/decision-state.js'
import {type Finding, findingOf} from '../../core/decision/finding.js'
import type {DecisionState, KeyState} from '../../core/decision/key-state.js'
import type {DecisionRecord} from '../../core/decision/records.js'
import type {ExplainedChange} from '../../core/decision/rule-evaluator.js'
import {applyScore, toModelAlert} from '../../core/decision/score-decision.js'
import type {StoredEvent} from '../../core/event/stored-event.js'
import {TRANSACTION_RANK, TRANSACTIONS} from '../../core/event/stream.js'
import type {WallTime} from '../../core/event/time.js'
import type {ServedDecision} from '../../core/feature/feature-record.js'
import type {Clock} from '../port/clock.js'
import type {DecisionWatch} from '../port/decision-watch.js'
import type {ShadowScore} from '../port/model.js'
import type {BatchTracing, CausedAlert} from '../port/telemetry.js'
import type {Partition} from '../stage/partition.js'
import type {AcceptedEvent, Consequence, DecidedBatch, ScoredBatch} from './batch.js'

/**
 * Turns what rules found into records: a decision for every transaction, a higher revision where an event changed
 * an earlier one, and the alerts opened, amended and retracted.
 */
export function decide(
  clock: Clock,
  watch?: DecisionWatch,
  tracing?: BatchTracing,
): OperatorFunction<ScoredBatch, DecidedBatch> {
  return map((batch) => {
    const records = new Deciding(batch, clock.now(), watch)
    for (const consequence of batch.consequences) records.add(consequence)
    for (const finding of batch.findings) records.addFinding(finding)
    const {caused, decisions, judged, served, cardUsers, findingsElsewhere} = records
    const alerts = caused.map(({alert}) => alert)
    watch?.reached(decisions)
    const traces = tracing?.decided(batch, caused)
    return {...batch, alerts, decisions, judged, served, cardUsers, findingsElsewhere, traces}
  })
}

/** A decision that may have changed, and what it was. */
interface Revision {
  readonly user: KeyState
  readonly before: string
}

class Deciding {
  readonly caused: CausedAlert[] = []
  readonly decisions: DecisionRecord[] = []
  readonly judged = new Set<KeyState>()
  readonly findingsElsewhere: Finding[] = []
  cardUsers: {[alertId: string]: string} | undefined
  readonly served: Map<StoredEvent, ServedDecision> | undefined
  private readonly partition: Partition

  constructor(
    private readonly batch: ScoredBatch,
    private readonly now: WallTime,
    private readonly watch: DecisionWatch | undefined,
  ) {
    this.partition = batch.partition
    this.served = batch.featureRows === undefined ? undefined : new Map()
  }

  add(consequence: Consequence): void {
    const {cause, state, changes} = consequence
    if (changes.length > 0) this.addChanges(consequence)
    else if (cause?.event.stream === TRANSACTIONS) this.publish(this.first(state, cause), state, cause)
  }

  /** What another partition's rules found about a transaction here. */
  addFinding({user: key, transaction: id, hit, stands}: Finding): void {
    const user = this.partition.users.stateOf(key)
    const transaction = user.history.series(TRANSACTION_RANK)?.find(id)
    // One about what is long settled came again.
    if (transaction === undefined || transaction.time <= this.batch.finalBefore) return
    const before = decisionFingerprint(decisionOn(user, transaction))
    const decision = applyHit(user, transaction, hit, stands)
    if (decision === undefined) return
    this.judged.add(user)
    if (decisionFingerprint(decision) === before) return
    decision.revision++
    this.publish(decision, user, undefined)
  }

  private addChanges({cause, state, changes}: Consequence): void {
    const revised = new Map<DecisionState, Revision>()
    for (const change of changes) {
      this.alert(change, cause, state)
      const user = this.userOf(change, state)
      if (user === undefined) continue
      const before = decisionFingerprint(decisionOn(user, change.anchor))
      const decision = applyToDecision(user, change)
      if (decision !== undefined && !revised.has(decision)) revised.set(decision, {user, before})
      this.judged.add(user)
    }
    this.judged.add(state)
    if (cause?.event.stream === TRANSACTIONS && state.keyField === 'user_id') {
      const own = this.first(state, cause)
      revised.delete(own)
      this.publish(own, state, cause)
    }
    for (const [decision, {user, before}] of revised) {
      if (decisionFingerprint(decision) === before) continue
      decision.revision++
      this.publish(decision, user, cause)
    }
  }

  /** The first decision on a transaction; a revision where a fallback was given meanwhile, and remembered as such. */
  private first(state: KeyState, cause: AcceptedEvent): DecisionState {
    const transaction = cause.event
    const decision = decisionOn(state, transaction)
    this.takeScore(decision, state, cause)
    if (this.watch?.hasFallback(state.key, transaction.id) !== true) return decision
    decision.revision++
    rememberDecision(state, decision)
    this.judged.add(state)
    return decision
  }

  /** Lets the model's score count, and opens its alert. What it said is kept for later revisions. */
  private takeScore(decision: DecisionState, state: KeyState, cause: AcceptedEvent): void {
    const scored = this.batch.scores?.get(cause.event)
    if (scored === undefined) return
    const {policy, id: bundle} = this.partition.bundle
    const hit = applyScore(decision, scored, state.key, policy)
    rememberDecision(state, decision)
    this.judged.add(state)
    if (hit === undefined) return
    const detectedAt = notBefore(cause.ingestedAt, this.now)
    const circumstances = {stageKey: state.key, bundle, detectedAt, late: false}
    this.caused.push({alert: toModelAlert(hit, decision, policy, circumstances), cause})
  }

  /** On whose transaction a change speaks. What a rule by another key finds comes after the first answer, as a revision. */
  private userOf(change: ExplainedChange, state: KeyState): KeyState | undefined {
    if (state.keyField === 'user_id') return state
    const {shared, users} = this.partition
    const user = userOf(change)
    if (user === undefined) return undefined
    if (shared.isAlone) return users.stateOf(user)
    const finding = findingOf(change)
    const {exchange} = shared
    // All on one way, those about own users included: the last word counts.
    const told =
      exchange === undefined ? shared.ownerOf(user, this.partition).inbox.findings : this.findingsElsewhere
    if (finding !== undefined) told.push(finding)
    return undefined
  }

  private publish(decision: DecisionState, state: KeyState, cause: AcceptedEvent | undefined): void {
    const ingestedAt = this.arrivalOf(cause)
    const bundle = this.partition.bundle.id
    const decidedAt = notBefore(ingestedAt, this.now)
    this.decisions.push(toDecisionRecord(decision, {userId: state.key, bundle, decidedAt, ingestedAt}))
    const {transaction} = decision
    // What a rule by another key finds of it revises what was said first.
    if (cause?.event === transaction && this.served?.has(transaction) === false)
      this.served.set(transaction, toServed(decision, decidedAt, this.batch.shadow?.get(transaction)))
  }

  /** When what brought it about arrived; for a deadline, how far wall time was seen to be. */
  private arrivalOf(cause: AcceptedEvent | undefined): WallTime {
    return cause?.ingestedAt ?? this.partition.shared.wall ?? this.now
  }

  private alert(change: ExplainedChange, cause: AcceptedEvent | undefined, state: KeyState): void {
    const alert = toAlertRecord(change, {
      stageKey: state.key,
      bundle: this.partition.bundle.id,
      detectedAt: notBefore(this.arrivalOf(cause), this.now),
      late: change.anchor !== cause?.event || state.keyField !== 'user_id',
    })
    if (alert !== undefined) this.caused.push({alert, cause})
    if (alert?.key.name === 'card_id') this.cardUsers = {...this.cardUsers, [alert.alert_id]: state.key}
    this.count(change)
  }

  private count({rule, record, hit, wasSuppressed}: ExplainedChange): void {
    const counts = this.partition.counters[rule.index]
    if (counts === undefined || rule.action === 'approve') return
    if (record?.type === 'alert.opened') counts.alerts++
    if (record?.type === 'alert.retracted') counts.alerts--
    if (hit === 'suppressed') counts.suppressed++
    if (wasSuppressed) counts.suppressed--
  }
}

/** The decision on a transaction as it stands. */
function decisionOn({decisions}: KeyState, transaction: StoredEvent): DecisionState {
  return decisions?.get(transaction.id) ?? undecided(transaction)
}

/** What the feature log keeps of a first decision. */
function toServed(
  state: DecisionState,
  decidedAt: WallTime,
  shadow: ShadowScore | undefined,
): ServedDecision {
  const {decision, scored, control} = state
  const wasPicked = control !== undefined && decision !== askedFor(state)
  return {
    decided_at: decidedAt,
    decision,
    score: scored?.score ?? null,
    model: scored?.model.version ?? null,
    propensity: wasPicked ? control : 1,
    challenger: shadow ?? null,
  }
}

/** Nothing is decided before it arrived: a replay's clock is the arrival of its events. */
function notBefore(arrival: WallTime, now: WallTime): WallTime {
  return now > arrival ? now : arrival
}
