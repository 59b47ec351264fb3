import type {DecisionRecord} from '../../../src/core/decision/records.js'
import type {EventTime, WallTime} from '../../../src/core/event/time.js'
import type {IntakeRecord} from '../../../src/engine/port/event-intake.js'
import type {InputBatch} from '../../../src/engine/port/event-source.js'
import type {Commit, KeyChange} from '../../../src/engine/port/state-store.js'

/*
 * A workload that can be checked from the outside: the record at offset n says n, belongs to user n mod USERS, becomes
 * one event there and one decision about transaction n.
 */

export const USERS = 40

export function recordAt(offset: number): IntakeRecord {
  const bytes = new TextEncoder().encode(JSON.stringify({n: offset, padding: 'x'.repeat(offset % 300)}))
  return {stream: 'transactions', bytes, refusal: undefined, ingestedAt: (1_000_000 + offset) as WallTime}
}

export function userOf(offset: number): string {
  return `user/${offset % USERS}`
}

export interface CountedBatch {
  readonly epoch: number
  readonly fromOffset: number
  readonly batch: InputBatch
  readonly sequence: number
  readonly publishedUpTo: number
}

export function commitOfBatch({epoch, fromOffset, batch, sequence, publishedUpTo}: CountedBatch): Commit {
  const offset = batch.nextOffset
  const keys = batch.records.map(
    (record): KeyChange => ({
      key: userOf(record.offset),
      appended: [
        {
          stream: 'transactions',
          rank: 2,
          time: record.offset as EventTime,
          id: String(record.offset),
          fields: {amount: record.offset},
          predicates: [],
          contentHash: record.offset,
        },
      ],
      removed: [],
      judgement: undefined,
      expiry: 0 as EventTime,
      deadline: undefined,
    }),
  )
  const accepted = {in: offset, accepted: offset, duplicate: 0, late: 0, dead_lettered: 0}
  return {
    epoch,
    fromOffset,
    checkpoint: {
      offset,
      time: {watermark: null, resolved: null, wall: 0 as WallTime, inputs: {}},
      ledger: {transactions: accepted},
      bundle: 'counting',
      counts: [],
      lookedBackUpTo: {},
      outboxSequence: sequence,
    },
    inForce: undefined,
    keys,
    profiles: [],
    visits: batch.records.map((record) => ({
      merchant: 'm1',
      key: userOf(record.offset),
      time: record.offset as EventTime,
    })),
    visitsSettledUpTo: (offset - 50) as EventTime,
    outbox: {
      partition: 0,
      sequence,
      settledUpTo: null,
      alerts: [],
      decisions: batch.records.map((record) => decisionOn(record.offset)),
      deadLetters: [],
      late: [],
    },
    publishedUpTo,
  }
}

function decisionOn(offset: number): DecisionRecord {
  const time = new Date(offset).toISOString()
  return {
    transaction_id: String(offset),
    user_id: userOf(offset),
    decision: 'approve',
    revision: 0,
    score: null,
    rules: [],
    reasons: [],
    model: null,
    bundle: 'counting',
    degraded: [],
    event_time: time,
    decided_at: time,
    latency_ms: 0,
  }
}
