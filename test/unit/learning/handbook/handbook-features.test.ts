import {describe, expect, test} from 'vitest'
import {handbookFeatures} from '../../../../src/learning/handbook/handbook-features.js'
import {rowsOf} from '../../../../src/learning/handbook/handbook-table.js'
import {BASELINE_FEATURES, FURTHER_FEATURES} from '../../../../src/learning/handbook/handbook-views.js'
import {handbookDataSet} from '../../../../src/simulation/handbook/data-set.js'
import {directFeatures} from '../../../support/learning/direct-features.js'

// Few terminals see more than one customer in so small a set: those are the ones that say something.
const data = handbookDataSet({users: 250, days: 50})
const firstId = Math.floor(data.size / 2)
const table = handbookFeatures(data, firstId, data.size)

describe("the handbook's features, as views", () => {
  test('are what its definitions say, for each of its 15', () => {
    expect(BASELINE_FEATURES).toHaveLength(15)
    const ids = Int32Array.from(
      {length: 300},
      (_, at) => firstId + Math.floor((at * (data.size - firstId)) / 300),
    )
    const rows = rowsOf(table, ids, BASELINE_FEATURES)
    for (const [at, id] of ids.entries()) {
      const direct = directFeatures(data, id)
      for (const [column, name] of BASELINE_FEATURES.entries())
        expect(rows[at * 15 + column], `${name} of ${id}`).toBeCloseTo(direct[name] as number, 3)
    }
  })

  test('see frauds of the terminals', () => {
    const ids = Int32Array.from({length: data.size - firstId}, (_, at) => firstId + at)
    expect(Math.max(...rowsOf(table, ids, ['terminal_risk.rate_30d']))).toBeGreaterThan(0)
  })

  test('never see a label that is younger than a week', () => {
    const atTheEnd = {...data, scenario: data.scenario.slice()}
    const lastDays = data.time_s.findIndex((time) => time > (data.time_s.at(-1) as number) - 7 * 86_400)
    atTheEnd.scenario.fill(1, lastDays)
    expect(handbookFeatures(atTheEnd, firstId, data.size).rows).toEqual(table.rows)
  })

  test('of the network are all there, and finite or missing where there is nothing before', () => {
    const ids = Int32Array.from({length: data.size - firstId}, (_, at) => firstId + at)
    const rows = rowsOf(table, ids, FURTHER_FEATURES)
    expect(rows.every((value) => Number.isFinite(value))).toBe(true)
  })

  test('that are not there are an error', () => {
    expect(() => rowsOf(table, Int32Array.of(firstId), ['card.nothing'])).toThrow(
      'the features have no card.nothing',
    )
  })
})
