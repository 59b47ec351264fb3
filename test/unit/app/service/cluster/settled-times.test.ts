import {expect, test} from 'vitest'
import {type SettledTime, SettledTimes} from '../../../../../src/app/service/cluster/edge/settled-times.js'

const timesOf = (own: () => readonly SettledTime[]) => new SettledTimes(2, own, () => undefined)

test('nothing is settled before every partition was heard of', () => {
  const times = timesOf(() => [[0, 500]])
  expect(times.upTo).toBe(Number.NEGATIVE_INFINITY)
  times.heard([[1, 300]])
  expect(times.upTo).toBe(300)
})

test('the partition that is furthest behind counts, and what is said late changes nothing', () => {
  const times = timesOf(() => [[0, 500]])
  times.heard([[1, 700]])
  times.heard([[1, 300]])
  expect(times.upTo).toBe(500)
})

test('a partition that another worker took is remembered', () => {
  let own: readonly SettledTime[] = [
    [0, 500],
    [1, 400],
  ]
  const times = timesOf(() => own)
  expect(times.upTo).toBe(400)
  own = [[0, 600]]
  expect(times.upTo).toBe(400)
})

test('a partition whose time has not begun holds all back', () => {
  const times = timesOf(() => [
    [0, 500],
    [1, Number.NEGATIVE_INFINITY],
  ])
  expect(times.upTo).toBe(Number.NEGATIVE_INFINITY)
})
