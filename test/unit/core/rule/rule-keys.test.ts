import {describe, expect, it} from 'vitest'
import {streamsWith} from '../../../../src/core/event/stream.js'
import {bundleOf} from '../../../support/engine/collected-run.js'
import {HEADER, lint} from './rule-texts.js'

const keyedBy = (key: string, match: string): string => `${HEADER.replace('user_id', key)}match:\n${match}`

const EVENT = "  event: {as: tx, stream: transactions}\n  when: 'tx.amount > 5.0'\n"
const WINDOW = '  window: {as: tx, stream: transactions, span: 1h}\n  having: count() > 3\n'
const TOGETHER =
  '  together: {within: 1h, of: [{as: a, stream: transactions}, {as: b, stream: transactions}]}\n'
const SEQUENCE =
  '  sequence: {within: 1h, steps: [{as: a, stream: transactions}, {as: b, stream: transactions}]}\n'

describe.each(['merchant_id', 'device_id', 'ip'])('a rule keyed by %s', (key) => {
  it.each([EVENT, WINDOW, TOGETHER, SEQUENCE])('may have any form', (match) => {
    const [rule] = bundleOf([keyedBy(key, match)]).rules
    expect(rule?.key).toBe(key)
    expect(rule?.narrowedBy).toBeUndefined()
  })

  it('sees the merchant of a transaction, and no location: one of them may have many users', () => {
    const seeing = (condition: string) => keyedBy(key, EVENT.replace('tx.amount > 5.0', condition))
    expect(lint(seeing('merchant.risk > 0.5'))).toEqual([])
    expect(lint(seeing('location.lat > 0.5'))).toEqual([
      `rule.yaml:11:10: location is not available here: a location is a user's, and one ${key} may belong to many users; remove location`,
    ])
  })

  it('refuses a stream without the field', () => {
    expect(lint(keyedBy(key, EVENT.replace('transactions', 'locations').replace('amount', 'lat')))).toEqual([
      `rule.yaml:10:27: locations has no field ${key}, by which the rule is keyed; use a stream that has it, or another key`,
    ])
  })

  it('keeps of each event its key and its user, whatever the conditions name', () => {
    const {projections} = bundleOf([keyedBy(key, EVENT)])
    const wire = {user_id: 'u1', merchant_id: 'm1', device_id: 'd1', ip: '192.0.2.1', amount: 7}
    const fields = projections.get('transactions')?.(wire, 7)
    expect(fields).toMatchObject({user_id: 'u1', [key]: wire[key as keyof typeof wire], amount: 7})
  })
})

it('a rule keyed by merchant may name their profiles, which have no user', () => {
  const match = "  event: {as: profile, stream: merchants}\n  when: 'profile.risk > 0.5'\n"
  const {projections} = bundleOf([keyedBy('merchant_id', match)])
  const fields = projections.get('merchants')?.({merchant_id: 'm1', risk: 1}, undefined)
  expect(fields).toMatchObject({merchant_id: 'm1', risk: 1})
  expect(fields).not.toHaveProperty('user_id')
})

it('a rule about a card is one about a user, narrowed', () => {
  const [rule] = bundleOf([keyedBy('card_id', WINDOW)]).rules
  expect(rule).toMatchObject({key: 'card_id', narrowedBy: 'card_id'})
  expect(streamsWith([]).get('transactions')?.keyField).toBe('user_id')
})
