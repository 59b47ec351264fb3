import {expect} from 'vitest'
import type {Checkpoint, Commit, OutboxEntry} from '../../../src/engine/port/state-store.js'
import {Collected} from '../engine/collected-run.js'

/**
 * What happened to the world: every commit that counted, and everything that was published, as often as it
 * was.
 */
export class Journal {
  /** By value, in the order of the commits. */
  readonly entries: OutboxEntry[] = []
  checkpoint: Checkpoint | undefined
  currentEpoch = 0
  /** Records that were published a second time. */
  repeats = 0
  private readonly committed = new Map<number, Set<string>>()
  private readonly delivered = new Map<number, Set<string>>()

  opened(epoch: number): void {
    expect(epoch, 'a new owner has a higher epoch').toBeGreaterThan(this.currentEpoch)
    this.currentEpoch = epoch
  }

  wasCommitted({epoch, checkpoint, outbox}: Commit): void {
    expect(epoch, 'only the newest owner commits').toBe(this.currentEpoch)
    this.checkpoint = structuredClone(checkpoint)
    if (outbox === undefined) return
    this.entries.push(structuredClone(outbox))
    this.committed.set(outbox.sequence, new Set(recordsOf(outbox)))
    this.delivered.set(outbox.sequence, new Set())
  }

  /** `part` is an outbox entry or some of its records. */
  wasPublished(part: OutboxEntry): void {
    const committed = this.committed.get(part.sequence)
    const delivered = this.delivered.get(part.sequence)
    for (const record of recordsOf(part)) {
      if (!committed?.has(record)) {
        expect.fail(`published, but not committed in outbox entry ${part.sequence}: ${record}`)
      }
      if (delivered?.has(record)) this.repeats++
      delivered?.add(record)
    }
  }

  /** What a subscriber makes of it that takes each record once. */
  async collected(): Promise<Collected> {
    const collected = new Collected()
    for (const entry of this.entries) await collected.publish(entry)
    return collected
  }

  /** Entries without gaps, each published in full; revisions from 0 without gaps, each with one content. */
  expectConsistent(): void {
    expect(this.entries.map(({sequence}) => sequence)).toEqual(this.entries.map((_, index) => index + 1))
    for (const [sequence, committed] of this.committed) {
      expect(this.delivered.get(sequence)?.size, `records published of entry ${sequence}`).toBe(
        committed.size,
      )
    }
    const revisions = new Map<string, number>()
    for (const {alerts, decisions} of this.entries) {
      for (const {alert_id, revision} of alerts) follows(revisions, `alert ${alert_id}`, revision)
      for (const {user_id, transaction_id, revision} of decisions) {
        follows(revisions, `decision ${JSON.stringify([user_id, transaction_id])}`, revision)
      }
    }
    this.expectLifecycles()
  }

  /** Opened, then perhaps amended and retracted, and so on. */
  private expectLifecycles(): void {
    const stands = new Map<string, boolean>()
    for (const {alert_id, type} of this.entries.flatMap(({alerts}) => alerts)) {
      expect(stands.get(alert_id) ?? false, `${type} of ${alert_id}`).toBe(type !== 'alert.opened')
      stands.set(alert_id, type !== 'alert.retracted')
    }
  }
}

function follows(revisions: Map<string, number>, record: string, revision: number): void {
  expect(revision, `revision of ${record}`).toBe((revisions.get(record) ?? -1) + 1)
  revisions.set(record, revision)
}

function recordsOf({alerts, decisions, deadLetters, late}: OutboxEntry): readonly string[] {
  return [...alerts, ...decisions, ...deadLetters, ...late].map(textOf)
}

type PublishedRecord = OutboxEntry[keyof Pick<
  OutboxEntry,
  'alerts' | 'decisions' | 'deadLetters' | 'late'
>][number]

const texts = new WeakMap<PublishedRecord, string>()

/**
 * The record as text, in which bytes are the same whatever kind of array they came in. Records never
 * change.
 */
function textOf(record: PublishedRecord): string {
  const known = texts.get(record)
  if (known !== undefined) return known
  const plain = 'bytes' in record ? {...record, bytes: Buffer.from(record.bytes).toString('base64')} : record
  const text = JSON.stringify(plain)
  texts.set(record, text)
  return text
}
