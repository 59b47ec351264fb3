import {describe, expect, it} from 'vitest'
import {USD_PER} from '../../../../src/simulation/scenario/city.js'
import {FRAUD_KINDS} from '../../../../src/simulation/scenario/fraud/schedule.js'
import type {ScenarioOptions} from '../../../../src/simulation/scenario/options.js'
import {
  type FraudKind,
  nothingPlanted,
  type PlantedFraud,
} from '../../../../src/simulation/scenario/planted.js'
import {distanceMiles} from '../../../../src/simulation/scenario/position.js'
import {scenarioTraffic} from '../../../../src/simulation/scenario/scenario-traffic.js'
import type {
  LocationEvent,
  MerchantEvent,
  TransactionEvent,
} from '../../../../src/simulation/scenario/traffic-line.js'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS

interface Timed<T> {
  readonly time: number
  readonly event: T
}

interface Payment extends Timed<TransactionEvent> {
  readonly usd: number
}

function play(options: ScenarioOptions) {
  const planted = nothingPlanted()
  const payments = new Map<string, Payment>()
  const fixes: Timed<LocationEvent>[] = []
  const profiles: Timed<MerchantEvent>[] = []
  for (const line of scenarioTraffic(options, planted)) {
    if (line.kind === 'broken') continue
    const {event, time} = line
    if ('transaction_id' in event) {
      const usd = event.amount * USD_PER[event.currency as keyof typeof USD_PER]
      payments.set(event.transaction_id, {time, event, usd})
    } else if ('merchant_id' in event) profiles.push({time, event})
    else fixes.push({time, event})
  }
  const of = (kind: FraudKind) => planted.frauds.filter((fraud) => fraud.kind === kind)
  const paid = (fraud: PlantedFraud) =>
    fraud.transaction_ids.map((id) => payments.get(id) as Payment).sort((a, b) => a.time - b.time)
  return {planted, payments, fixes, profiles, of, paid}
}

const scenario = play({users: 400, days: 5, seed: 11, frauds: 8})

function distinct<T>(values: readonly T[]): number {
  return new Set(values).size
}

function lasts(payments: readonly Payment[]): number {
  return (payments.at(-1) as Payment).time - (payments[0] as Payment).time
}

describe('planted frauds', () => {
  it('are of every kind, with transactions of their victim that arrive, and no transaction is in two', () => {
    const ids = scenario.planted.frauds.flatMap(({transaction_ids}) => transaction_ids)
    expect(distinct(ids)).toBe(ids.length)
    expect(distinct(scenario.planted.frauds.map(({fraud_id}) => fraud_id))).toBe(
      scenario.planted.frauds.length,
    )
    for (const kind of FRAUD_KINDS) expect(scenario.of(kind).length).toBeGreaterThanOrEqual(8)
    for (const fraud of scenario.planted.frauds) {
      expect(fraud.transaction_ids.length).toBeGreaterThan(0)
      for (const {event} of scenario.paid(fraud)) expect(event.user_id).toBe(fraud.user_id)
    }
  })

  it('impossible_move: a purchase over $5,000 with fixes over 1000 miles apart, all within an hour', () => {
    for (const fraud of scenario.of('impossible_move')) {
      for (const {event, time, usd} of scenario.paid(fraud)) {
        expect(usd).toBeGreaterThan(5000)
        const near = scenario.fixes.filter(
          (fix) => fix.event.user_id === event.user_id && Math.abs(fix.time - time) <= HOUR_MS,
        )
        const isFound = near.some((from) =>
          near.some((to) => {
            const times = [from.time, to.time, time]
            const spread = Math.max(...times) - Math.min(...times)
            return spread <= HOUR_MS && distanceMiles(from.event, to.event) > 1000
          }),
        )
        expect(isFound).toBe(true)
      }
    }
  })

  it('card_testing: four payments under $2 at different merchants in 15 minutes, then a big one on that card', () => {
    for (const fraud of scenario.of('card_testing')) {
      const payments = scenario.paid(fraud)
      const probes = payments.slice(0, -1)
      const big = payments.at(-1) as Payment
      expect(probes.length).toBeGreaterThanOrEqual(4)
      expect(distinct(probes.map(({event}) => event.merchant_id))).toBe(probes.length)
      expect(lasts(probes)).toBeLessThan(15 * MINUTE_MS)
      expect(Math.max(...probes.map(({usd}) => usd))).toBeLessThan(2)
      expect(big.usd).toBeGreaterThan(500)
      expect(distinct(payments.map(({event}) => event.card_id))).toBe(1)
    }
  })

  it('account_takeover: a device that nobody else uses, with large online payments shortly after another', () => {
    for (const fraud of scenario.of('account_takeover')) {
      const payments = scenario.paid(fraud)
      const [device] = payments.map(({event}) => event.device_id)
      const users = [...scenario.payments.values()].filter(({event}) => event.device_id === device)
      expect(users).toHaveLength(payments.length)
      expect(payments.length).toBeGreaterThanOrEqual(3)
      expect(lasts(payments)).toBeLessThan(30 * MINUTE_MS)
      expect(Math.min(...payments.map(({usd}) => usd))).toBeGreaterThan(600)
      for (const {event} of payments) expect(event.channel).toBe('online')
    }
  })

  it('burst_spending: eight purchases within 10 minutes, over $1,000 together', () => {
    for (const fraud of scenario.of('burst_spending')) {
      const payments = scenario.paid(fraud)
      expect(payments.length).toBeGreaterThanOrEqual(8)
      expect(lasts(payments)).toBeLessThan(10 * MINUTE_MS)
      expect(payments.reduce((sum, {usd}) => sum + usd, 0)).toBeGreaterThan(1000)
    }
  })

  it('merchant_compromise: high charges at a merchant whose newest profile says compromised', () => {
    for (const fraud of scenario.of('merchant_compromise')) {
      for (const {event, time, usd} of scenario.paid(fraud)) {
        const known = scenario.profiles
          .filter((profile) => profile.event.merchant_id === event.merchant_id && profile.time <= time)
          .sort((a, b) => a.time - b.time)
        expect(known.at(-1)?.event.status).toBe('compromised')
        expect(known.at(-1)?.event.risk).toBeGreaterThanOrEqual(0.9)
        expect(usd).toBeGreaterThan(700)
      }
    }
  })

  it('mule_fan_in: money from five others within six hours, most of which leaves in one go', () => {
    for (const fraud of scenario.of('mule_fan_in')) {
      const payments = scenario.paid(fraud)
      const received = payments.slice(0, -1)
      const out = payments.at(-1) as Payment
      expect(received.every(({event}) => event.type === 'topup')).toBe(true)
      expect(distinct(received.map(({event}) => event.counterparty_id))).toBeGreaterThanOrEqual(5)
      expect(lasts(payments)).toBeLessThan(6 * HOUR_MS)
      expect(['withdrawal', 'payout']).toContain(out.event.type)
      expect(out.usd).toBeGreaterThan(0.7 * received.reduce((sum, {usd}) => sum + usd, 0))
    }
  })

  it('waits for a suitable victim where there are few users', () => {
    const {planted} = play({users: 3, days: 2, seed: 4})
    expect(new Set(planted.frauds.map(({kind}) => kind))).toEqual(new Set(FRAUD_KINDS))
  })

  it.each([0.05, 1, 30])('begin within the first hundredth of %d days, with an impossible move', (days) => {
    const start = Date.UTC(2026, 0, 5)
    const {of, paid} = play({users: 50, days, seed: 2})
    const first = Math.min(
      ...of('impossible_move')
        .flatMap(paid)
        .map(({time}) => time),
    )
    expect((first - start) / (days * 24 * HOUR_MS)).toBeLessThan(0.01)
  })
})
