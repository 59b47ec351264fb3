import {createHash} from 'node:crypto'
import {type Admission, admit} from './admission.js'
import {decide, type Verdict} from './decision.js'
import {eventEvidence} from './event.js'
import {sequenceEvidence} from './sequence.js'
import {
  type AcceptedEvent,
  DEFAULT_SETTINGS,
  type Evidence,
  type KeyName,
  type Line,
  type ListFile,
  type Match,
  type RatesFile,
  type RuleFile,
  type Settings,
} from './shapes.js'
import {durationMs} from './spelled-time.js'
import {togetherEvidence} from './together.js'
import {compareText} from './total-order.js'
import {windowEvidence} from './window.js'
import {historiesOf, type World, worldOf} from './world.js'

export interface OutcomeInput {
  readonly rules: readonly RuleFile[]
  readonly lists?: readonly ListFile[]
  readonly rates?: RatesFile
  /** Without a model the policy's thresholds shape nothing: it is taken for the caller's convenience. */
  readonly policy?: unknown
  /** In arrival order. */
  readonly lines: readonly Line[]
  readonly settings?: Partial<Settings>
}

export interface ExpectedAlert {
  readonly alert_id: string
  readonly rule: {readonly id: string; readonly version: number}
  readonly key: {readonly name: KeyName; readonly value: string}
  readonly anchor: {readonly stream: string; readonly id: string}
  /** The anchor's event time; with a trailing absence its deadline. Milliseconds. */
  readonly event_time: number
  /** In the total order. */
  readonly events: readonly {
    readonly as: string
    readonly stream: string
    readonly id: string
    readonly event_time: number
  }[]
}

export interface ExpectedDecision {
  readonly transaction_id: string
  readonly user_id: string
  readonly decision: Verdict
  /** Live hits, sorted by rule id; `alert_id` null when suppressed by a cooldown or of an approve rule. */
  readonly rules: readonly {readonly id: string; readonly version: number; readonly alert_id: string | null}[]
}

export interface Outcome extends Pick<Admission, 'ledger' | 'deadLetters' | 'late'> {
  /** Standing at the end, sorted by (event time, alert id). */
  readonly alerts: readonly ExpectedAlert[]
  /** One per accepted transaction, sorted by (event time, transaction id). */
  readonly decisions: readonly ExpectedDecision[]
}

/** One anchor for which a rule fires, reported as an alert or not. */
interface Firing {
  readonly rule: RuleFile
  readonly keyValue: string
  readonly anchor: AcceptedEvent
  readonly evidence: Evidence
  readonly isSuppressed: boolean
}

/** The final truth for these lines, recomputed from scratch at the end of the input. */
export function expectedOutcome(input: OutcomeInput): Outcome {
  const settings = {...DEFAULT_SETTINGS, ...input.settings}
  const {accepted, ledger, deadLetters, late} = admit(input.lines, settings)
  const world = worldOf(accepted, input.lists ?? [], input.rates ?? {usd_per: {}}, settings.locationMaxAge)
  const rules = input.rules.filter((rule) => rule.mode !== 'off')
  const firings = rules.flatMap((rule) => firingsOf(rule, world))
  return {alerts: alertsOf(firings), decisions: decisionsOf(firings, world), ledger, deadLetters, late}
}

function firingsOf(rule: RuleFile, world: World): readonly Firing[] {
  return historiesOf(world, rule.key).flatMap(({value, events}) => {
    const firings: Firing[] = []
    let lastReported = Number.NEGATIVE_INFINITY
    for (const anchor of events) {
      const evidence = evidenceOf(rule.match, events, anchor, world)
      if (evidence === null) continue
      const isSuppressed =
        rule.cooldown !== undefined && anchor.time - lastReported < durationMs(rule.cooldown)
      if (!isSuppressed) lastReported = anchor.time
      firings.push({rule, keyValue: value, anchor, evidence, isSuppressed})
    }
    return firings
  })
}

function evidenceOf(
  match: Match,
  history: readonly AcceptedEvent[],
  anchor: AcceptedEvent,
  world: World,
): Evidence | null {
  if ('event' in match) return eventEvidence(match, anchor, world)
  if ('window' in match) return windowEvidence(match, history, anchor, world)
  if ('sequence' in match) return sequenceEvidence(match, history, anchor, world)
  return togetherEvidence(match, history, anchor, world)
}

function alertsOf(firings: readonly Firing[]): readonly ExpectedAlert[] {
  const alerts = firings.flatMap((firing): ExpectedAlert[] => {
    const {rule, keyValue, anchor, evidence} = firing
    const alertId = alertIdOf(firing)
    if (alertId === null) return []
    const alert = {
      alert_id: alertId,
      rule: {id: rule.id, version: rule.version},
      key: {name: rule.key, value: keyValue},
      anchor: {stream: anchor.stream, id: anchor.id},
      event_time: evidence.deadline ?? anchor.time,
      events: evidence.members.map(({as, event}) => ({
        as,
        stream: event.stream,
        id: event.id,
        event_time: event.time,
      })),
    }
    return [alert]
  })
  return alerts.sort(
    (left, right) => left.event_time - right.event_time || compareText(left.alert_id, right.alert_id),
  )
}

/** Null where the firing opens no alert: suppressed, or an approve rule's. */
function alertIdOf({rule, keyValue, anchor, isSuppressed}: Firing): string | null {
  if (isSuppressed || rule.action === 'approve') return null
  const identity = [rule.id, rule.version, rule.key, keyValue, anchor.stream, anchor.id]
  return createHash('sha256').update(JSON.stringify(identity), 'utf8').digest('hex').slice(0, 32)
}

function decisionsOf(firings: readonly Firing[], world: World): readonly ExpectedDecision[] {
  const transactions = world.events.filter((event) => event.stream === 'transactions')
  return transactions.map((transaction) => {
    const hits = firings.filter(({rule, anchor}) => anchor === transaction && rule.mode !== 'shadow')
    const rules = hits.map((hit) => ({
      id: hit.rule.id,
      version: hit.rule.version,
      alert_id: alertIdOf(hit),
    }))
    return {
      transaction_id: transaction.id,
      user_id: String(transaction.fields['user_id']),
      decision: decide(hits.map(({rule}) => rule)),
      rules: rules.sort((left, right) => compareText(left.id, right.id)),
    }
  })
}
