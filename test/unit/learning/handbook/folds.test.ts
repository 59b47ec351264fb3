import {describe, expect, test} from 'vitest'
import {type Fold, foldFrom, TEST_FOLDS, VALIDATION_FOLDS} from '../../../../src/learning/handbook/folds.js'
import {labelsOf} from '../../../../src/learning/handbook/handbook-table.js'
import {handbookDataSet} from '../../../../src/simulation/handbook/data-set.js'
import {PUBLISHED_SIZE} from '../../../../src/simulation/handbook/options.js'

const data = handbookDataSet(PUBLISHED_SIZE)
const sizes = ({train, test: judged}: Fold) => {
  const frauds = (ids: Int32Array) => labelsOf(data, ids).reduce((sum, label) => sum + label, 0)
  return [train.length, frauds(train), judged.length, frauds(judged)]
}

describe("the handbook's folds", () => {
  test('have the published numbers of transactions and frauds', () => {
    expect(TEST_FOLDS.map((day) => sizes(foldFrom(data, day)))).toEqual([
      [67_240, 598, 58_264, 385],
      [66_975, 626, 57_937, 387],
      [67_080, 568, 58_337, 408],
      [67_049, 594, 57_604, 422],
    ])
  })

  test('that settings are chosen by see no week that is tested on', () => {
    const lastChosen = Math.max(...VALIDATION_FOLDS.map((day) => foldFrom(data, day).test.at(-1) as number))
    const firstTested = Math.min(...TEST_FOLDS.map((day) => foldFrom(data, day).test[0] as number))
    expect(lastChosen).toBeLessThan(firstTested)
  })

  test('test no customer who is known to be defrauded by then', () => {
    const {train, test: judged} = foldFrom(data, TEST_FOLDS[0] as number)
    const defrauded = new Set(
      [...train].filter((id) => data.scenario[id] !== 0).map((id) => data.customer[id]),
    )
    expect([...judged].filter((id) => defrauded.has(data.customer[id]))).toEqual([])
  })
})
