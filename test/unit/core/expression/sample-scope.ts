import type {StoredEvent} from '../../../../src/core/event/stored-event.js'
import {END_OF_TIME, type EventTime} from '../../../../src/core/event/time.js'
import {type Condition, compileCondition} from '../../../../src/core/expression/condition.js'
import type {Evaluation, Truth} from '../../../../src/core/expression/evaluation.js'
import type {ExpressionFault} from '../../../../src/core/expression/fault.js'
import type {EventName, FieldTypes, Scope, ValueList} from '../../../../src/core/expression/scope.js'

/** Noon of a Sunday. */
export const NOON = Date.UTC(2026, 2, 1, 12) as EventTime

export const TRANSACTION_FIELDS: FieldTypes = new Map([
  ['transaction_id', 'string'],
  ['user_id', 'string'],
  ['amount', 'double'],
  ['event_time', 'timestamp'],
  ['merchant_id', 'string'],
  ['card_id', 'string'],
  ['mcc', 'string'],
  ['currency', 'string'],
  ['lat', 'double'],
  ['lon', 'double'],
  ['online', 'bool'],
])

export const LOCATION_FIELDS: FieldTypes = new Map([
  ['user_id', 'string'],
  ['lat', 'double'],
  ['lon', 'double'],
  ['accuracy_m', 'double'],
  ['event_time', 'timestamp'],
])

export const MERCHANT_FIELDS: FieldTypes = new Map([
  ['merchant_id', 'string'],
  ['risk', 'double'],
  ['status', 'string'],
  ['lat', 'double'],
  ['lon', 'double'],
])

export function transactions(slot: number, group = false): EventName {
  return {slot, stream: 'transactions', fieldTypes: TRANSACTION_FIELDS, group}
}

export function locations(slot: number): EventName {
  return {slot, stream: 'locations', fieldTypes: LOCATION_FIELDS, group: false}
}

export function list(
  name: string,
  entries: readonly (readonly [string | number | boolean, number])[],
): ValueList {
  return {
    name,
    entries: new Map(entries.map(([value, expires]) => [value, expires as EventTime])),
    expires: entries.some(([, expires]) => expires !== END_OF_TIME),
  }
}

/** tx, other: transactions in slots 0 and 1; fix: a location in slot 2. */
export function scope(changes: Partial<Scope> = {}): Scope {
  return {
    events: new Map([
      ['tx', transactions(0)],
      ['other', transactions(1)],
      ['fix', locations(2)],
    ]),
    location: {fieldTypes: LOCATION_FIELDS},
    merchant: {fieldTypes: MERCHANT_FIELDS},
    features: new Map([
      ['spend.total_1h', 'double'],
      ['spend.count_1h', 'double'],
      ['profile.is_new', 'bool'],
    ]),
    lists: new Map([
      [
        'risky_mcc',
        list('risky_mcc', [
          ['7995', END_OF_TIME],
          ['5967', END_OF_TIME],
        ]),
      ],
      [
        'watched',
        list('watched', [
          ['c1', NOON],
          ['c2', END_OF_TIME],
        ]),
      ],
    ]),
    ...changes,
  }
}

/** `having` of a window whose name is tx. */
export function havingScope(): Scope {
  return scope({events: new Map([['tx', transactions(0)]]), window: 'tx'})
}

/** probe: a group in slot 0; cashout: another in slot 2; big: one transaction in slot 1. */
export function groupScope(): Scope {
  return scope({
    events: new Map([
      ['probe', transactions(0, true)],
      ['big', transactions(1)],
      ['cashout', transactions(2, true)],
    ]),
  })
}

export function event(fields: {readonly [name: string]: unknown}, time: number = NOON): StoredEvent {
  return {
    stream: 'transactions',
    rank: 2,
    time: time as EventTime,
    id: 'e1',
    fields: fields as StoredEvent['fields'],
    predicates: [],
    contentHash: 0,
  }
}

export function evaluation(changes: Partial<Evaluation> = {}): Evaluation {
  return {
    bound: [],
    groups: [],
    location: undefined,
    merchant: undefined,
    features: undefined,
    anchorTime: NOON,
    ...changes,
  }
}

/** The condition of a text that must compile. */
export function compiled(text: string, within: Scope = scope()): Condition {
  const result = compileCondition(text, within)
  if ('faults' in result) throw new Error(`${text}: ${result.faults.map(({message}) => message).join('; ')}`)
  return result.condition
}

export function warningsOf(text: string, within: Scope = scope()): readonly ExpressionFault[] {
  const result = compileCondition(text, within)
  if ('faults' in result) throw new Error(`${text}: ${result.faults.map(({message}) => message).join('; ')}`)
  return result.warnings
}

export function faultsOf(text: string, within: Scope = scope()): readonly ExpressionFault[] {
  const result = compileCondition(text, within)
  return 'faults' in result ? result.faults : []
}

/** Tests a condition on one transaction, named tx. */
export function test(text: string, fields: {readonly [name: string]: unknown}, time: number = NOON): Truth {
  return compiled(text).test(evaluation({bound: [event(fields, time)]}))
}
