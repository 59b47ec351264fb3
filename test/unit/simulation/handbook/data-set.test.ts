import {createHash} from 'node:crypto'
import {beforeAll, describe, expect, it} from 'vitest'
import {csvLines} from '../../../../src/simulation/handbook/csv-lines.js'
import {type HandbookDataSet, handbookDataSet} from '../../../../src/simulation/handbook/data-set.js'
import {PUBLISHED_SIZE} from '../../../../src/simulation/handbook/options.js'

/*
 * The hashes are of what the handbook's own generator writes with pandas' to_csv; NumPy 1.19.2 with pandas 1.1.4 and
 * NumPy 1.26.4 with pandas 2.2.3 write the same.
 */

function hashOfCsv(data: HandbookDataSet): string {
  const hash = createHash('sha256')
  for (const line of csvLines(data)) hash.update(`${line}\n`)
  return hash.digest('hex')
}

describe('the data set of the handbook', () => {
  let data: HandbookDataSet
  beforeAll(() => {
    data = handbookDataSet(PUBLISHED_SIZE)
  })

  it('has the published number of transactions and frauds', () => {
    const byScenario = [0, 0, 0, 0]
    for (const scenario of data.scenario) byScenario[scenario] = (byScenario[scenario] as number) + 1
    expect(data.size).toBe(1_754_155)
    expect(byScenario).toEqual([1_739_474, 973, 9_077, 4_631])
  })

  it('begins and ends with the published rows', () => {
    const row = (id: number) => [data.time_s[id], data.customer[id], data.terminal[id], data.amount[id]]
    expect(row(0)).toEqual([31, 596, 3156, 57.16])
    expect(row(2)).toEqual([476, 2, 1365, 146])
    expect(row(288_062)).toEqual([2_592_081, 3546, 2944, 18.71])
    expect(row(1_754_154)).toEqual([15_811_197, 3542, 9849, 23.59])
  })

  it('is, as CSV, byte for byte what the public generator writes', () => {
    expect(hashOfCsv(data)).toBe('9347924186196e0ccdd09104e6efc64ca3d1dc8381675090b6ffd6868415c084')
  })
})

it.each([
  [200, 30, '48ef156bda630aeed5a7681a97cb5e7ed5db4fef054d9273041d8e9fe013d13d'],
  [3, 183, '61ed40e25cc2cb9ee811a235744b6e0915ed39a842578f4e91d59073b7fca1f4'],
  [50, 1, '0a40eba2071baa884fa8672e37194a46ca75ed5d794de5708d0712e16b3534e0'],
])('is what the public generator writes for %i customers and %i days', (users, days, hash) => {
  expect(hashOfCsv(handbookDataSet({users, days}))).toBe(hash)
})

it('tells how many customers have spent', () => {
  const told: number[] = []
  handbookDataSet({users: 4, days: 1}, (done) => told.push(done))
  expect(told).toEqual([1, 2, 3, 4])
})

it.each([
  [{users: 2}, 'users is 2; allowed is 3 to 100000'],
  [{users: 3.5}, 'users is 3.5; allowed is a whole number'],
  [{days: 0}, 'days is 0; allowed is 1 to 366'],
  [{days: 367}, 'days is 367; allowed is 1 to 366'],
])('refuses %j and says what is allowed', (wrong, message) => {
  expect(() => handbookDataSet({users: 3, days: 1, ...wrong})).toThrow(new RangeError(message))
})
