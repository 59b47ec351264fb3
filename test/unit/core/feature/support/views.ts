import {stringify} from 'yaml'
import type {WireEvent} from '../../../../../src/core/event/stream.js'
import {streamsWith} from '../../../../../src/core/event/stream.js'
import type {EventTime} from '../../../../../src/core/event/time.js'
import {compileFeatureFiles} from '../../../../../src/core/feature/compile-feature-files.js'
import {type ComputerSettings, FeatureComputer} from '../../../../../src/core/feature/feature-computer.js'
import type {FeatureSet} from '../../../../../src/core/feature/feature-set.js'
import {formatFault} from '../../../../../src/core/source/source-fault.js'

export const MINUTE = 60_000
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR
/** 2026-01-01, a full day. */
export const START = Date.UTC(2026, 0, 1)

/** A window view with what most examples leave as it is. */
export function windowView(fields: object): object {
  return {schema: 'tripline/feature-view/v1', name: 'v', entity: 'user_id', ...fields}
}

export function rowView(fields: object): object {
  return {schema: 'tripline/feature-view/v1', kind: 'row', name: 'r', entity: 'user_id', ...fields}
}

/** Compiles views given as data; fails with all faults. */
export function viewsOf(...views: readonly object[]): FeatureSet {
  const {set, faults} = compiled(...views)
  if (set === undefined) throw new Error(faults.join('\n'))
  return set
}

export function compiled(...views: readonly (object | string)[]): {
  readonly set: FeatureSet | undefined
  readonly faults: readonly string[]
} {
  const files = views.map((view, i) => ({
    path: `view-${i}.yaml`,
    text: typeof view === 'string' ? view : stringify(view),
  }))
  const {set, faults} = compileFeatureFiles(files, streamsWith([]))
  return {set, faults: faults.map(formatFault)}
}

export type Arrival = readonly [stream: string, wire: WireEvent, time: number]

/** A transaction of u1 some time after the start. */
export function tx(id: string, after: number, fields: WireEvent = {}): Arrival {
  return ['transactions', {transaction_id: id, user_id: 'u1', amount: 1, ...fields}, START + after]
}

/** The rows of the transactions by id, as objects by feature name. */
export function rowsOf(
  set: FeatureSet,
  arrivals: readonly Arrival[],
  settings: Partial<ComputerSettings> = {},
): {readonly [id: string]: {readonly [feature: string]: number}} {
  const computer = FeatureComputer.of(set, streamsWith([]), settings)
  const rows: {[id: string]: {[feature: string]: number}} = {}
  for (const [stream, wire, time] of arrivals) {
    const row = computer.add(stream, wire, time as EventTime)
    if (row === undefined) continue
    const named = set.schema.names.map((name, i) => [name, row[i]] as const)
    rows[String(wire.transaction_id)] = Object.fromEntries(named) as {[feature: string]: number}
  }
  return rows
}
