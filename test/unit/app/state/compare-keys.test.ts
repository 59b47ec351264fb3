import {describe, expect, it} from 'vitest'
import {compareKeys} from '../../../../src/app/state/compare-keys.js'
import type {EventTime} from '../../../../src/core/event/time.js'
import type {PersistedKey} from '../../../../src/engine/port/state-store.js'

const FORGET_UP_TO = 1_000
const LOOKAHEAD = 500
const comparable = {
  isKept: () => true,
  isUnsettled: (time: EventTime, lookahead = LOOKAHEAD) => time > FORGET_UP_TO - lookahead,
}

/** A key with a transaction, and what was decided on it; undefined: that was forgotten. */
function keyWith(time: number, decision: 'review' | 'decline' | undefined): PersistedKey {
  const event = {stream: 'transactions', id: 't1', time: time as EventTime, contentHash: 1, fields: {}}
  const decided = {transaction: 't1', decision: decision ?? ('approve' as const), revision: 0, hits: []}
  return {events: [event], judgement: {rules: [], decisions: decision === undefined ? [] : [decided]}}
}

describe('decisions of a key', () => {
  const mayBeForgotten = FORGET_UP_TO - 1
  const stays = FORGET_UP_TO + 1
  const tooOld = FORGET_UP_TO - LOOKAHEAD

  it.each([
    ['one that may be forgotten may be missing', mayBeForgotten, 'review', undefined, 0],
    ['on either side', mayBeForgotten, undefined, 'review', 0],
    ['where both have it, it is the same', mayBeForgotten, 'review', 'decline', 1],
    ['one that cannot be forgotten must not be missing', stays, 'review', undefined, 1],
    ['one that any rule has settled is not compared', tooOld, 'review', 'decline', 0],
  ] as const)('%s', (_, time, stored, recomputed, differences) => {
    const found = compareKeys(keyWith(time, stored), keyWith(time, recomputed), comparable)
    expect(found).toHaveLength(differences)
  })
})
