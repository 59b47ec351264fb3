import type {Registry} from 'prom-client'
import type {RuleCounts} from '../../core/decision/rule-counters.js'
import type {EventTime, WallTime} from '../../core/event/time.js'
import {type Ledger, unbalanced} from '../../core/ledger/ledger.js'
import type {Clock} from '../../engine/port/clock.js'
import {readCounter, readGauge, type Sample} from './instruments.js'

/** How a partition stands. */
export interface PartitionReading {
  readonly partition: number
  /** Not finite before the first event. */
  readonly watermark: EventTime
  /** Inputs that are on the log and not committed. */
  readonly unread: number
  /** When the newest committed input arrived; undefined before the first. */
  readonly readUpTo: WallTime | undefined
  readonly ledger: Ledger
  readonly rules: readonly {readonly id: string; readonly counts: RuleCounts}[]
  /** Transactions whose currency has no rate. */
  readonly unknownCurrencies: number
  /** How far (ms) time in its histories by other keys is behind its own; absent where partitions exchange nothing. */
  readonly heldBack?: number | undefined
}

type Read = () => readonly PartitionReading[]

/** What stands in the partitions: watermark, lag, ledger and the counts of rules. */
export function addStandingMetrics(registry: Registry, clock: Clock, read: Read): void {
  const perPartition = (value: (reading: PartitionReading) => number) => (): readonly Sample<'partition'>[] =>
    read().map((reading) => ({labels: {partition: reading.partition}, value: value(reading)}))
  const gauge = (name: string, help: string, value: (reading: PartitionReading) => number): void =>
    readGauge(registry, name, help, ['partition'], perPartition(value))

  gauge(
    'watermark_lag_seconds',
    'How far the watermark is behind the clock; 0 before the first event.',
    (reading) => (Number.isFinite(reading.watermark) ? (clock.now() - reading.watermark) / 1000 : 0),
  )
  gauge('unread_inputs', 'Inputs that are on the log and not yet committed.', ({unread}) => unread)
  gauge(
    'unread_seconds',
    'How long ago the newest committed input arrived, while others wait; else 0.',
    (reading) =>
      reading.unread > 0 && reading.readUpTo !== undefined ? (clock.now() - reading.readUpTo) / 1000 : 0,
  )
  gauge(
    'ledger_unbalanced_streams',
    'Streams with an input that is not accounted for: 0, unless there is a bug.',
    (reading) => unbalanced(reading.ledger).length,
  )
  readGauge(
    registry,
    'exchange_held_back_seconds',
    'How far other partitions hold back time in the histories by merchant, device and address that live here.',
    ['partition'],
    () =>
      read().flatMap(({partition, heldBack}) =>
        heldBack === undefined ? [] : [{labels: {partition}, value: heldBack / 1000}],
      ),
  )
  readCounter(
    registry,
    'unknown_currencies',
    'Transactions in a currency without a rate, since the start.',
    ['partition'],
    perPartition(({unknownCurrencies}) => unknownCurrencies),
  )
  addLedgerMetrics(registry, read)
  addRuleMetrics(registry, read)
}

const FATES = ['accepted', 'duplicate', 'late', 'dead_lettered'] as const

function addLedgerMetrics(registry: Registry, read: Read): void {
  const accounts = () =>
    read().flatMap(({partition, ledger}) =>
      Object.entries(ledger).map(([stream, account]) => ({partition, stream, account})),
    )
  readCounter(registry, 'inputs', 'Inputs that came in.', ['partition', 'stream'], () =>
    accounts().map(({partition, stream, account}) => ({labels: {partition, stream}, value: account.in})),
  )
  readCounter(registry, 'input_fates', 'What became of them.', ['partition', 'stream', 'fate'], () =>
    accounts().flatMap(({partition, stream, account}) =>
      FATES.map((fate) => ({labels: {partition, stream, fate}, value: account[fate]})),
    ),
  )
}

function addRuleMetrics(registry: Registry, read: Read): void {
  const counts = (of: keyof RuleCounts) => (): readonly Sample<'partition' | 'rule'>[] =>
    read().flatMap(({partition, rules}) =>
      rules.map(({id, counts}) => ({labels: {partition, rule: id}, value: counts[of]})),
    )
  const labels = ['partition', 'rule'] as const
  readGauge(registry, 'rule_alerts', 'Alerts of a rule that stand.', labels, counts('alerts'))
  readGauge(
    registry,
    'rule_suppressed',
    'Firing anchors that a cooldown suppresses.',
    labels,
    counts('suppressed'),
  )
  readCounter(
    registry,
    'rule_missing_inputs',
    'Conditions that met a missing value.',
    labels,
    counts('missing_input'),
  )
  readCounter(
    registry,
    'rule_truncated',
    'Evaluations that reached a limit on work.',
    labels,
    counts('truncated'),
  )
}
