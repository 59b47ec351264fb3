import {expect, test} from 'vitest'
import {reasonsFor} from '../../../src/core/model/reasons.js'

const row = (attributions: number[]) => ({
  names: ['card_velocity.count_1h', 'card_velocity.amount_1h', 'place.kmh', 'time.night'],
  row: [9, 1234.5, Number.NaN, 1],
  baseline: [1.25, 80, 3, 0],
  attributions,
})

test('features of a view are one reason, told by the one that speaks loudest, with its share of what raised the score', () => {
  expect(reasonsFor(row([1, 2, 1, 0]))).toEqual([
    {code: 'CARD_VELOCITY', text: 'card velocity: amount 1h is 1,235, usually 80', weight: 0.75},
    {code: 'PLACE', text: 'place: kmh is unknown, usually 3', weight: 0.25},
  ])
})

test('what lowered the score is no reason, and does not count in the shares', () => {
  expect(reasonsFor(row([1, 1, 0, -5]))).toEqual([
    {code: 'CARD_VELOCITY', text: 'card velocity: count 1h is 9, usually 1.25', weight: 1},
  ])
})

test('where nothing raised the score there is no reason', () => {
  expect(reasonsFor(row([0, 0, -1, -1]))).toEqual([])
})

test('what hardly counts is left out', () => {
  expect(reasonsFor(row([100, 0, 1, 1])).map(({code}) => code)).toEqual(['CARD_VELOCITY'])
})
