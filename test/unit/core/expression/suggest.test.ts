import {expect, it} from 'vitest'
import {closest} from '../../../../src/core/expression/suggest.js'

const FIELDS = ['amount', 'merchant_id', 'card_id', 'currency', 'lat', 'lon', 'ip']

it.each([
  ['amuont', 'amount'],
  ['amout', 'amount'],
  ['merchantId', 'merchant_id'],
  ['Merchant_ID', 'merchant_id'],
  ['curency', 'currency'],
  ['latt', 'lat'],
  ['ip', 'ip'],
])('takes %s for %s', (word, field) => {
  expect(closest(word, FIELDS)).toBe(field)
})

it.each(['loyalty_tier', 'id', 'x', '', 'amortisation'])('finds nothing close to %s', (word) => {
  expect(closest(word, FIELDS)).toBeUndefined()
})
