import {expect, test} from 'vitest'
import {FRAUD_KINDS} from '../../../../src/simulation/scenario/fraud/schedule.js'
import {type FraudPhase, resolveOptions} from '../../../../src/simulation/scenario/options.js'
import {nothingPlanted} from '../../../../src/simulation/scenario/planted.js'
import {scenarioTraffic} from '../../../../src/simulation/scenario/scenario-traffic.js'
import {shiftingFraud} from '../../../../src/simulation/scenario/shifting-fraud.js'
import type {TransactionEvent} from '../../../../src/simulation/scenario/traffic-line.js'

const DAY_MS = 86_400_000

function play(phases: readonly FraudPhase[], users = 200) {
  const options = {users, seed: 5, phases, days: phases.reduce((sum, {days}) => sum + days, 0)}
  const {start} = resolveOptions(options)
  const planted = nothingPlanted()
  const payments = new Map<string, {readonly day: number; readonly event: TransactionEvent}>()
  for (const line of scenarioTraffic(options, planted))
    if (line.kind === 'event' && 'transaction_id' in line.event)
      payments.set(line.event.transaction_id, {day: (line.time - start) / DAY_MS, event: line.event})
  return planted.frauds.map(({kind, transaction_ids}) => ({
    kind,
    paid: transaction_ids.flatMap((id) => payments.get(id) ?? []),
  }))
}

test('each phase has its own frauds, as many as it says, and within its days', () => {
  const frauds = play([
    {days: 2, plantings: {burst_spending: 6}},
    {days: 1, plantings: {account_takeover: 3, card_testing: 2}},
  ])
  const of = (kind: string) => frauds.filter((fraud) => fraud.kind === kind)
  expect([...new Set(frauds.map(({kind}) => kind))].sort()).toEqual([
    'account_takeover',
    'burst_spending',
    'card_testing',
  ])
  expect(
    [of('burst_spending'), of('account_takeover'), of('card_testing')].map(({length}) => length),
  ).toEqual([6, 3, 2])
  for (const {day} of of('burst_spending').flatMap(({paid}) => paid)) expect(day).toBeLessThan(2)
  for (const {day} of of('account_takeover').flatMap(({paid}) => paid)) expect(day).toBeGreaterThanOrEqual(2)
})

test('a device farm pays with cards of several people from one device, each payment an ordinary one', () => {
  const frauds = play([{days: 2, plantings: {device_farm: 3}}])
  const all = frauds.flatMap(({paid}) => paid)
  const devices = [...new Set(all.map(({event}) => event.device_id))]
  expect(devices).toHaveLength(3)
  for (const device of devices) {
    const paid = all.filter(({event}) => event.device_id === device)
    const users = new Set(paid.map(({event}) => event.user_id))
    expect(users.size).toBeGreaterThanOrEqual(4)
    const days = paid.map(({day}) => day)
    expect(Math.max(...days) - Math.min(...days)).toBeLessThan(0.25)
  }
})

test('without phases a scenario has the kinds that it always had', () => {
  expect(FRAUD_KINDS).toHaveLength(6)
  expect(FRAUD_KINDS).not.toContain('device_farm')
})

test('fraud shifts from kinds that are known to others, over as many weeks as there are', () => {
  const kindsOf = ({plantings}: FraudPhase) => Object.keys(plantings)
  const phases = shiftingFraud(2, 6, 4)
  expect(phases).toHaveLength(8)
  const known = new Set(kindsOf(phases[0] as FraudPhase))
  expect(phases.slice(0, 3).map((phase) => kindsOf(phase).every((kind) => known.has(kind)))).toEqual([
    ...[true, true, true],
  ])
  expect(kindsOf(phases.at(-1) as FraudPhase).some((kind) => known.has(kind))).toBe(false)
  expect(phases[0]?.plantings.card_testing).toBe(4)
  expect(shiftingFraud(1, 1, 1)).toHaveLength(2)
})
