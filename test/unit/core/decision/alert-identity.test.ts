import {createHash} from 'node:crypto'
import {expect, it} from 'vitest'
import {alertId} from '../../../../src/core/decision/alert-identity.js'

const RULE = {id: 'geo-jump-high-value', version: 3, key: 'user_id'}
const ANCHOR = {stream: 'transactions', id: 't1'}

it('an alert id is the first 32 hex digits of SHA-256 over [rule, version, key, value, stream, event]', () => {
  const identity = '["geo-jump-high-value",3,"user_id","u1","transactions","t1"]'
  const expected = createHash('sha256').update(identity, 'utf8').digest('hex').slice(0, 32)
  expect(alertId(RULE, 'u1', ANCHOR)).toBe(expected)
  // From the command line: printf '%s' '["geo-jump-high-value",3,…]' | sha256sum
  expect(alertId(RULE, 'u1', ANCHOR)).toBe('5c35b90c63c7ff1abbd1889be1f02f14')
})

it('an alert id is taken over UTF-8, with JSON escapes', () => {
  const identity = '["geo-jump-high-value",3,"user_id","jü\\"r\\ngen","transactions","t1"]'
  const expected = createHash('sha256').update(identity, 'utf8').digest('hex').slice(0, 32)
  expect(alertId(RULE, 'jü"r\ngen', ANCHOR)).toBe(expected)
})

it('an alert id differs for each part of the identity', () => {
  const ids = [
    alertId(RULE, 'u1', ANCHOR),
    alertId({...RULE, id: 'other'}, 'u1', ANCHOR),
    alertId({...RULE, version: 4}, 'u1', ANCHOR),
    alertId({...RULE, key: 'card_id'}, 'u1', ANCHOR),
    alertId(RULE, 'u2', ANCHOR),
    alertId(RULE, 'u1', {...ANCHOR, stream: 'locations'}),
    alertId(RULE, 'u1', {...ANCHOR, id: 't2'}),
  ]
  expect(new Set(ids).size).toBe(ids.length)
})
