import type {BundleSettings} from '../../src/core/bundle/bundle.js'
import type {AlertRecord, DecisionRecord} from '../../src/core/decision/records.js'
import type {RuleCounts} from '../../src/core/decision/rule-counters.js'
import type {DeadLetter} from '../../src/core/event/dead-letter.js'
import type {Ledger} from '../../src/core/ledger/ledger.js'
import {parseDuration} from '../../src/core/source/duration.js'
import type {Partition} from '../../src/engine/stage/partition.js'
import {bundleOf, collectedRun, SETTINGS} from '../support/engine/collected-run.js'

const BEGINNING = Date.UTC(2026, 0, 1)

/** A replay line. */
export interface GoldenLine {
  readonly stream: string
  readonly event: {readonly [field: string]: unknown}
  readonly partition?: number
  readonly arrival_time?: number
}

/** What came out of a run, as a subscriber knows it at the end. */
export interface GoldenRun {
  /** The alerts that stand, as `<rule> <anchor id>`, in the order of anchors' times and ids. */
  readonly alerts: readonly string[]
  /** The newest record of each alert that stands, in the same order. */
  readonly standing: readonly AlertRecord[]
  /** Every alert record, in the order of emission. */
  readonly records: readonly AlertRecord[]
  /** By transaction id: the last revision. */
  readonly decisions: {readonly [transaction: string]: DecisionRecord}
  readonly decisionRecords: readonly DecisionRecord[]
  /** By rule id. */
  readonly counts: {readonly [rule: string]: RuleCounts}
  readonly ledger: Ledger
  readonly deadLetters: readonly DeadLetter[]
  readonly partitions: readonly Partition[]
}

/** Epoch milliseconds of an offset from 2026-01-01: a duration such as `15m`, or a number of ms. */
export function at(offset: string | number): number {
  const ms = typeof offset === 'number' ? offset : parseDuration(offset)
  if (ms === undefined) throw new Error(`${offset} is no duration`)
  return BEGINNING + ms
}

/** A transaction of user u1, of 1 dollar unless said otherwise. */
export function transaction(id: string, offset: string | number, fields: object = {}): GoldenLine {
  const event = {user_id: 'u1', transaction_id: id, amount: 1, event_time: at(offset), ...fields}
  return {stream: 'transactions', event}
}

/** A location fix of user u1, at (0, 0) unless said otherwise. */
export function fix(id: string, offset: string | number, fields: object = {}): GoldenLine {
  return {
    stream: 'locations',
    event: {user_id: 'u1', location_id: id, lat: 0, lon: 0, event_time: at(offset), ...fields},
  }
}

/** Runs the engine over lines in the given order. */
export async function run(
  rules: string | readonly string[],
  lines: readonly GoldenLine[],
  settings: BundleSettings = SETTINGS,
): Promise<GoldenRun> {
  const bundle = bundleOf(typeof rules === 'string' ? [rules] : rules, settings)
  const {collected, ledger, partitions} = await collectedRun(bundle, lines)
  const standing = [...collected.standing()].sort(
    (a, b) => Date.parse(a.event_time) - Date.parse(b.event_time) || (a.anchor.id < b.anchor.id ? -1 : 1),
  )
  return {
    alerts: standing.map(({rule, anchor}) => `${rule.id} ${anchor.id}`),
    standing,
    records: collected.alertRecords,
    decisions: Object.fromEntries(collected.decided().map((decision) => [decision.transaction_id, decision])),
    decisionRecords: collected.decisionRecords,
    counts: Object.fromEntries(bundle.rules.map(({id, index}) => [id, partitions[0]!.counters[index]!])),
    ledger,
    deadLetters: collected.deadLetters,
    partitions,
  }
}

/** All orders of a few things. */
export function permutations<T>(things: readonly T[]): readonly (readonly T[])[] {
  if (things.length <= 1) return [things]
  return things.flatMap((first, i) =>
    permutations([...things.slice(0, i), ...things.slice(i + 1)]).map((rest) => [first, ...rest]),
  )
}

/** `<type> <anchor id> <revision>` of each record, without `alert.`. */
export function history({records}: GoldenRun): readonly string[] {
  return records.map(({type, anchor, revision}) => `${type.replace('alert.', '')} ${anchor.id} ${revision}`)
}
