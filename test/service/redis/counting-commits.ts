import {expect} from 'vitest'
import type {OpenedPartition, StateStore} from '../../../src/engine/port/state-store.js'
import {
  at,
  checkpoint,
  commitOf,
  decisionRecord,
  keyChange,
  outboxEntry,
  transaction,
} from '../../conformance/samples.js'

const USERS = 7

/** Commits of one event each, numbered by their offset: what is stored after them can be said from the offset alone. */
export function countingCommit(opened: Pick<OpenedPartition, 'epoch'>, offset: number) {
  return commitOf(opened.epoch, offset, offset + 1, {
    keys: [
      keyChange(userOf(offset), {appended: [transaction(`t${offset}`, at(offset))], expiry: at(offset)}),
    ],
    outbox: outboxEntry(offset + 1, {decisions: [decisionRecord(`t${offset}`)]}),
    checkpoint: checkpoint(offset + 1, {outboxSequence: offset + 1}),
    publishedUpTo: offset,
  })
}

/** Commits from one offset to another. */
export async function commitCounting(
  store: StateStore,
  opened: OpenedPartition,
  from: number,
  to: number,
): Promise<void> {
  for (let offset = from; offset < to; offset++) await store.commit(0, countingCommit(opened, offset))
}

/** Opens the partition and compares all that is stored with what its offset says. Gives what was opened. */
export async function expectCounted(store: StateStore): Promise<OpenedPartition> {
  const opened = await store.open(0)
  const offset = opened.checkpoint?.offset ?? 0
  const users = Array.from({length: USERS}, (_, i) => userOf(i))
  const keys = await store.load(0, users)
  for (const [i, key] of keys.entries()) {
    const expected = Array.from(
      {length: Math.max(0, Math.ceil((offset - i) / USERS))},
      (_, n) => `t${i + n * USERS}`,
    )
    expect(key?.events.map(({id}) => id) ?? []).toEqual(expected)
  }
  expect(opened.expiries).toHaveLength(Math.min(USERS, offset))
  expect(opened.outbox.map(({sequence}) => sequence)).toEqual(offset === 0 ? [] : [offset])
  expect(opened.checkpoint?.outboxSequence ?? 0).toBe(offset)
  return opened
}

export function userOf(offset: number): string {
  return `u${offset % USERS}`
}
