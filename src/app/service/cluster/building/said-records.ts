import {createHash} from 'node:crypto'
import type {AlertRecord, DecisionRecord} from '../../../../core/decision/records.js'
import type {DeadLetter} from '../../../../core/event/dead-letter.js'
import type {LateInput, OutboxEntry} from '../../../../engine/port/state-store.js'

/** A late input as JSON. */
export type WrittenLateInput = Omit<LateInput, 'bytes'> & {readonly bytes: string}

/** Something that was said, under a name that does not depend on when it was said. */
export type SaidRecord = {
  readonly name: string
  readonly revision: number
  /** Equal for records that say the same: what a run has to agree on with every other. */
  readonly content: string
  /** Event time in ms; of what has none, the end of time. */
  readonly time: number
} & (
  | {readonly kind: 'alert'; readonly record: AlertRecord}
  | {readonly kind: 'decision'; readonly record: DecisionRecord}
  | {readonly kind: 'dead-letter'; readonly record: DeadLetter}
  | {readonly kind: 'late'; readonly record: WrittenLateInput}
)

export function saidAlert(record: AlertRecord): SaidRecord {
  const {alert_id, type, rule, key, anchor, event_time, events, revision} = record
  const content = digest([type === 'alert.retracted', rule, key, anchor, event_time, events])
  return {name: `a:${alert_id}`, kind: 'alert', revision, content, time: Date.parse(event_time), record}
}

export function saidDecision(record: DecisionRecord): SaidRecord {
  const {user_id, transaction_id, event_time, decision, rules, revision} = record
  const content = digest([decision, rules.map((rule) => JSON.stringify(rule)).sort()])
  const name = `d:${JSON.stringify([user_id, transaction_id, event_time])}`
  return {name, kind: 'decision', revision, content, time: Date.parse(event_time), record}
}

export function saidDeadLetter(record: DeadLetter): SaidRecord {
  const {topic, partition, offset} = record.origin
  const name = `x:${topic}/${partition}/${offset}`
  return {name, kind: 'dead-letter', revision: 0, content: '', time: Number.MAX_SAFE_INTEGER, record}
}

/** By its bytes: under which number it is read again depends on what is read before it. */
export function saidLateInput({bytes, ...rest}: LateInput): SaidRecord {
  const name = `l:${createHash('sha1').update(bytes).digest('base64')}`
  const record = {...rest, bytes: Buffer.from(bytes).toString('base64')}
  return {name, kind: 'late', revision: 0, content: '', time: Number.MAX_SAFE_INTEGER, record}
}

/** All that an entry says to the world. */
export function saidBy({alerts, decisions, deadLetters, late}: OutboxEntry): readonly SaidRecord[] {
  return [
    ...alerts.map(saidAlert),
    ...decisions.map(saidDecision),
    ...deadLetters.map(saidDeadLetter),
    ...late.map(saidLateInput),
  ]
}

/** Records as something to publish. */
export function entryOf(partition: number, sequence: number, said: readonly SaidRecord[]): OutboxEntry {
  return {
    ...{partition, sequence, settledUpTo: null},
    alerts: said.flatMap((one) => (one.kind === 'alert' ? [one.record] : [])),
    decisions: said.flatMap((one) => (one.kind === 'decision' ? [one.record] : [])),
    deadLetters: said.flatMap((one) => (one.kind === 'dead-letter' ? [one.record] : [])),
    late: said.flatMap((one) =>
      one.kind === 'late' ? [{...one.record, bytes: Buffer.from(one.record.bytes, 'base64')}] : [],
    ),
  }
}

/** The same record under a revision that is so much higher. */
export function lifted(said: SaidRecord, lift: number): SaidRecord {
  const revision = said.revision + lift
  if (said.kind === 'alert') return {...said, revision, record: {...said.record, revision}}
  if (said.kind === 'decision') return {...said, revision, record: {...said.record, revision}}
  return said
}

function digest(content: unknown): string {
  return createHash('sha1').update(JSON.stringify(content)).digest('base64')
}
