import {describe, expect, it} from 'vitest'
import type {StoredEvent} from '../../../../src/core/event/stored-event.js'
import type {EventTime} from '../../../../src/core/event/time.js'
import {packRecords, unpackRecord} from '../../../../src/core/feature/feature-record.js'
import {FeatureRows} from '../../../../src/core/feature/feature-rows.js'

const MISSING = Number.NaN
const AGES = [5, MISSING, MISSING, MISSING, MISSING]

function transaction(id: string): StoredEvent {
  return {
    ...{stream: 'transactions', rank: 2, time: 0 as EventTime, id},
    ...{fields: {amount_usd: 12}, predicates: [], contentHash: 0},
  }
}

function recordsOf(...rows: readonly (readonly number[])[]) {
  const names = (rows[0] ?? []).map((_, i) => `view.f${i}`)
  const of = new FeatureRows({schema: {hash: 'h', names, entities: names.map(() => 'user_id')}}, rows.length)
  for (const [i, values] of rows.entries()) {
    of.begin(transaction(`t${i}`), `u${i}`)
    of.values.set(values, i * names.length)
    of.ages.set(AGES, i * AGES.length)
  }
  return packRecords(of)
}

describe('the features of a transaction, packed', () => {
  it.each([
    ['some missing', [1, MISSING, -0.1, MISSING, 1e300, 0, MISSING, MISSING, 7]],
    ['all there', [1, 2, 3]],
    ['all missing', [MISSING, MISSING, MISSING, MISSING]],
    ['as many as bits in a byte, with the ages', [MISSING, 1, MISSING]],
  ])('are the same when they are unpacked: %s', (_, row) => {
    const [record] = recordsOf(row)
    const {schema, values, ages} = unpackRecord(record as NonNullable<typeof record>)
    expect(schema).toBe('h')
    expect([...values]).toEqual(row)
    expect([...ages]).toEqual(AGES)
  })

  it('take no room where they are missing', () => {
    const [full, sparse] = recordsOf([1, 2, 3, 4], [1, MISSING, MISSING, MISSING])
    expect(sparse?.packed.length).toBeLessThan(full?.packed.length ?? 0)
  })

  it('of a record of a former version hold what is missing, too', () => {
    const packed = Buffer.from(Float64Array.of(1, MISSING, ...AGES).buffer).toString('base64')
    expect([...unpackRecord({schema: 'h', packed}).values]).toEqual([1, MISSING])
  })
})
