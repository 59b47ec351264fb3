import {afterEach, beforeEach, describe, expect, test} from 'vitest'
import type {FeatureRecord} from '../../src/core/feature/feature-record.js'
import type {Publisher} from '../../src/engine/port/publisher.js'
import type {FeatureLogReader} from '../../src/engine/port/read-model.js'
import {decisionRecord, NOON, outboxEntry} from './samples.js'

export interface FeatureLogHarness {
  readonly model: Publisher &
    FeatureLogReader & {expire(before: number): Promise<{readonly decisions: number}>}
  dispose(): Promise<void>
}

function record(id: string, change: Partial<FeatureRecord> = {}): FeatureRecord {
  return {transaction_id: id, user_id: 'u1', time: NOON, schema: 's1', packed: 'AAAAAAAA8D8=', ...change}
}

/** What every read model does with features as they were served. */
export function describeFeatureLog(name: string, make: () => Promise<FeatureLogHarness>): void {
  describe(`feature log: ${name}`, () => {
    let harness: FeatureLogHarness
    let model: FeatureLogHarness['model']
    let sequence = 0

    beforeEach(async () => {
      harness = await make()
      model = harness.model
    })
    afterEach(() => harness.dispose())

    const publish = (...features: readonly FeatureRecord[]) =>
      model.publish(outboxEntry(++sequence, {features}))

    test('is read by transaction', async () => {
      await publish(record('t1'), record('t2', {packed: 'AAAAAAAAAEA='}))
      expect(await model.featuresOf('t1')).toEqual(record('t1'))
      expect(await model.featuresOf('t2', 'u1')).toEqual(record('t2', {packed: 'AAAAAAAAAEA='}))
      expect(await model.featuresOf('t3')).toBeUndefined()
    })

    test('keeps what was served first, however often it is published', async () => {
      await publish(record('t1'))
      await publish(record('t1', {packed: 'AAAAAAAAAEA='}))
      expect(await model.featuresOf('t1')).toEqual(record('t1'))
    })

    test('tells users with the same transaction id apart; without a user it gives the newest', async () => {
      await publish(record('t1'), record('t1', {user_id: 'u2', time: NOON + 1}))
      expect(await model.featuresOf('t1', 'u1')).toEqual(record('t1'))
      expect((await model.featuresOf('t1'))?.user_id).toBe('u2')
    })

    test('takes an id that comes again later for another transaction', async () => {
      await publish(record('t1'))
      await publish(record('t1', {time: NOON + 1}))
      expect((await model.featuresOf('t1'))?.time).toBe(NOON + 1)
    })

    test('expires with the decisions', async () => {
      await model.publish(
        outboxEntry(++sequence, {decisions: [decisionRecord('t1')], features: [record('t1')]}),
      )
      expect((await model.expire(NOON + 86_400_000)).decisions).toBe(1)
      expect(await model.featuresOf('t1')).toBeUndefined()
    })
  })
}
