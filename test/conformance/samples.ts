import type {AlertRecord, DecisionRecord} from '../../src/core/decision/records.js'
import type {DeadLetter} from '../../src/core/event/dead-letter.js'
import type {Fields, StoredEvent} from '../../src/core/event/stored-event.js'
import {type EventTime, formatTime, type WallTime} from '../../src/core/event/time.js'
import type {IntakeRecord} from '../../src/engine/port/event-intake.js'
import type {Checkpoint, Commit, KeyChange, OutboxEntry} from '../../src/engine/port/state-store.js'

/*
 * Plain records for the conformance suites; a test says only what it is about.
 */

export const NOON = Date.UTC(2026, 0, 31, 12) as EventTime

/** Texts that break an encoding which is not careful: separators, escapes, controls, no ASCII, no UTF-8, long. */
export const STRANGE_IDS: readonly string[] = [
  'a',
  'a/',
  'a//b',
  'a%002f',
  'a%2f',
  'a%',
  '/',
  '%',
  '"quoted"',
  "it's",
  'a\u0000',
  'a\u0000b',
  'a\u0001',
  'a:b|c\n\td',
  'a ',
  ' a',
  'é',
  'e\u0301',
  '😀',
  '\ud83d',
  '\ude00',
  '\ufffd',
  '\uffff',
  '{p0}:x',
  '../../etc',
  '__proto__',
  'constructor',
  'x'.repeat(300),
  `${'x'.repeat(299)}y`,
]

export function at(ms: number): EventTime {
  return (NOON + ms) as EventTime
}

export function transaction(
  id: string,
  time: EventTime = NOON,
  fields: Fields = {amount: 12.5},
): StoredEvent {
  return {stream: 'transactions', rank: 2, time, id, fields, predicates: [], contentHash: 2 ** 53 - 1}
}

export function keyChange(key: string, change: Partial<Omit<KeyChange, 'key'>> = {}): KeyChange {
  return {
    key,
    appended: [],
    removed: [],
    judgement: undefined,
    expiry: undefined,
    deadline: undefined,
    ...change,
  }
}

export function checkpoint(offset: number, change: Partial<Checkpoint> = {}): Checkpoint {
  return {
    offset,
    time: {watermark: at(offset), resolved: at(offset), wall: NOON as number as WallTime, inputs: {}},
    ledger: {transactions: {in: offset, accepted: offset, duplicate: 0, late: 0, dead_lettered: 0}},
    bundle: '9f2c',
    counts: [],
    lookedBackUpTo: {},
    outboxSequence: 0,
    ...change,
  }
}

/** A commit of the batch from one offset to another. */
export function commitOf(epoch: number, from: number, to: number, change: Partial<Commit> = {}): Commit {
  return {
    epoch,
    fromOffset: from,
    checkpoint: checkpoint(to, {outboxSequence: change.outbox?.sequence ?? 0}),
    inForce: undefined,
    keys: [],
    profiles: [],
    visits: [],
    visitsSettledUpTo: Number.NEGATIVE_INFINITY as EventTime,
    outbox: undefined,
    publishedUpTo: 0,
    ...change,
  }
}

export function outboxEntry(sequence: number, change: Partial<OutboxEntry> = {}): OutboxEntry {
  return {
    partition: 0,
    sequence,
    settledUpTo: null,
    alerts: [],
    decisions: [],
    deadLetters: [],
    late: [],
    ...change,
  }
}

export function alertRecord(id: string, change: Partial<AlertRecord> = {}): AlertRecord {
  return {
    type: 'alert.opened',
    alert_id: id,
    revision: 0,
    rule: {id: 'geo-jump', version: 1},
    mode: 'live',
    severity: 'high',
    action: 'review',
    score: 80,
    key: {name: 'user_id', value: 'u1'},
    anchor: {stream: 'transactions', id: 't1'},
    event_time: formatTime(NOON),
    detected_at: formatTime(NOON),
    events: [],
    reason: 'far away within minutes',
    clauses: [{text: 'tx.amount_usd > 5000.0', value: 7240, holds: true}],
    flips: [],
    late: false,
    truncated: false,
    settled: false,
    bundle: '9f2c',
    ...change,
  }
}

export function decisionRecord(transactionId: string, change: Partial<DecisionRecord> = {}): DecisionRecord {
  return {
    transaction_id: transactionId,
    user_id: 'u1',
    decision: 'approve',
    revision: 0,
    score: null,
    rules: [],
    reasons: [],
    model: null,
    bundle: '9f2c',
    degraded: ['model'],
    event_time: formatTime(NOON),
    decided_at: formatTime(NOON),
    latency_ms: 3,
    ...change,
  }
}

export function deadLetter(offset: number, change: Partial<DeadLetter> = {}): DeadLetter {
  return {
    reason: 'bad_json',
    detail: 'not JSON',
    origin: {topic: 'transactions', partition: 0, offset},
    stage: 'decode',
    attempt: 1,
    raw: 'e30=',
    ...change,
  }
}

export function intakeRecord(text: string, change: Partial<IntakeRecord> = {}): IntakeRecord {
  return {
    stream: 'transactions',
    bytes: new TextEncoder().encode(text),
    refusal: undefined,
    ingestedAt: NOON as number as WallTime,
    ...change,
  }
}
