import {describe, expect, it} from 'vitest'
import {type Case, explained} from '../unit/core/rule/explanation/explained.js'
import {fix, transaction} from './golden-run.js'

const HEADER = {
  schema: 'tripline/rule/v1',
  id: 'explained',
  version: 1,
  title: 'A rule to be explained',
  key: 'user_id',
  severity: 'high',
  action: 'review',
  score: 50,
}

type Lines = Case['lines']

const NEW_YORK = {lat: 40.71, lon: -74}
const LONDON = {lat: 51.5, lon: -0.12}
const NEWARK = {lat: 40.73, lon: -74.17}

async function explain(
  match: object,
  lines: Lines,
  id: string,
  more: object = {},
  files: readonly unknown[] = [],
) {
  return explained({rule: {...HEADER, ...more, ...match}, files, lines}, id)
}

/** What would be otherwise, in words. */
async function flips(...given: Parameters<typeof explain>): Promise<readonly string[]> {
  return (await explain(...given)).flips.map(({text}) => text)
}

/** What beside the conditions fails, in words. */
async function failures(...given: Parameters<typeof explain>): Promise<readonly string[]> {
  return (await explain(...given)).failures.map(({text}) => text)
}

describe('a rule about one event', () => {
  const large = {match: {event: {as: 'tx', stream: 'transactions'}, when: 'tx.amount_usd > 500.0'}}

  it('that fires tells the border at which it would not', async () => {
    expect(await flips(large, [transaction('t1', 0, {amount: 700})], 't1')).toEqual([
      'would not fire at $500.00 or less',
    ])
  })

  it('that does not fire tells the border beyond which it would, and what was there', async () => {
    const {fires, clauses, flips: told} = await explain(large, [transaction('t1', 0, {amount: 420.1})], 't1')
    expect(fires).toBe(false)
    expect(clauses).toMatchObject([
      {text: 'tx.amount_usd > 500.0', outcome: 'false', value: 420.1, limit: 500, missing: []},
    ])
    expect(told).toMatchObject([
      {
        outcome: 'fires',
        text: 'would fire above $500.00 (it was $420.10)',
        changes: [{what: 'field', field: 'amount_usd', relation: '>', value: 500, was: 420.1}],
      },
    ])
  })

  it('names every clause that fails, and says what it takes together', async () => {
    const match = {
      match: {
        event: {as: 'tx', stream: 'transactions'},
        when: 'tx.amount_usd > 500.0 && tx.type == "withdrawal" && tx.mcc in ["6011", "6010"]',
      },
    }
    const lines = [transaction('t1', 0, {amount: 20, type: 'purchase', mcc: '5411'})]
    expect(await flips(match, lines, 't1')).toEqual([
      'would fire above $500.00 (it was $20.00), and with type "withdrawal" (it was "purchase"), and with mcc in ["6011", "6010"] (it was "5411")',
    ])
  })

  it('tells which field or join is missing', async () => {
    const match = {
      match: {
        event: {as: 'tx', stream: 'transactions'},
        when: 'tx.mcc == "7995" && distance_miles(tx, location) > 100.0 && merchant.risk > 0.5',
      },
    }
    const lines = [transaction('t1', 0, {...LONDON, merchant_id: 'm1'})]
    const {clauses} = await explain(match, lines, 't1')
    expect(clauses.map(({outcome, missing}) => [outcome, missing])).toEqual([
      ['missing', ['tx.mcc']],
      ['missing', ['location']],
      ['missing', ['merchant']],
    ])
    const placed = [fix('l1', 0, NEW_YORK), transaction('t1', 1, {merchant_id: 'm1'})]
    expect((await explain(match, placed, 't1')).clauses[1]?.missing).toEqual(['lat and lon of tx'])
  })

  it('of one of two conditions tells the one that is nearer by, and shows what both read', async () => {
    const match = {
      match: {event: {as: 'tx', stream: 'transactions'}, when: 'tx.amount > 500.0 || tx.mcc == "7995"'},
    }
    const {clauses, flips: told} = await explain(
      match,
      [transaction('t1', 0, {amount: 3, mcc: '5411'})],
      't1',
    )
    expect(clauses).toMatchObject([
      {outcome: 'false', value: null, reads: {'tx.amount': 3, 'tx.mcc': '5411'}},
    ])
    expect(told.map(({text}) => text)).toEqual([
      'would fire with amount above 500.00 (it was 3.00)',
      'would fire with mcc "7995" (it was "5411")',
    ])
  })

  it('promises no more than is so: where more would bring it back, the border tells its neighbourhood only', async () => {
    const match = {
      match: {
        event: {as: 'tx', stream: 'transactions'},
        when: 'tx.amount_usd > 500.0 || tx.amount_usd < 10.0',
      },
    }
    expect(await flips(match, [transaction('t1', 0, {amount: 700})], 't1')).toEqual([
      'would not fire at $500.00 or a little less',
    ])
  })

  it('keeps the units of the amount apart', async () => {
    const match = {match: {event: {as: 'tx', stream: 'transactions'}, when: 'tx.amount_usd >= 100.0'}}
    const rates = {schema: 'tripline/rates/v1', usd_per: {EUR: [{from: '2020-01-01', rate: 1.25}]}}
    const lines = [transaction('t1', 0, {amount: 40, currency: 'EUR'})]
    expect(await flips(match, lines, 't1', {}, [rates])).toEqual([
      'would fire at $100.00 or more (it was $50.00)',
    ])
  })
})

describe('a rule about a window', () => {
  const four = {
    match: {window: {as: 'tx', stream: 'transactions', span: '15m'}, having: 'count() >= 4'},
  }
  const at = (...minutes: readonly number[]): Lines =>
    minutes.map((minute, i) => transaction(`t${i + 1}`, `${minute}m`, {amount: 100}))

  it('tells how many were there, and from how many it would fire', async () => {
    expect(await flips(four, at(0, 1, 2), 't3')).toEqual(['would fire from 4 transactions (3 were there)'])
  })

  it('tells the span that would hold enough', async () => {
    expect(await flips(four, at(0, 1, 2, 15), 't4')).toEqual([
      'would fire from 4 transactions (3 were there)',
      'would fire with a span of more than 15 minutes (it is 15 minutes)',
    ])
  })

  it('that fires tells the count and the span below which it would not', async () => {
    expect(await flips(four, at(0, 1, 2, 8), 't4')).toEqual([
      'would not fire with fewer than 4 transactions',
      'would not fire with a span of 8 minutes or less',
    ])
  })

  it('tells a sum by itself and by the share of the event that it is about', async () => {
    const match = {
      match: {
        window: {as: 'tx', stream: 'transactions', span: '1h'},
        having: 'count() >= 2 && sum(tx.amount_usd) > 1000.0',
      },
    }
    const lines = [transaction('t1', 0, {amount: 700}), transaction('t2', '1m', {amount: 420.5})]
    expect(await flips(match, lines, 't2')).toEqual([
      'would not fire with fewer than 2 transactions',
      'would not fire with a total of $1,000.00 or less',
      'would not fire at $300.00 or less',
      'would not fire with a span of 1 minute or less',
    ])
  })

  it('for an event that is no candidate itself tells that first', async () => {
    const match = {
      match: {
        window: {as: 'tx', stream: 'transactions', when: 'tx.amount_usd < 2.0', span: '15m'},
        having: 'count() >= 2 && distinct(tx.merchant_id) >= 2',
      },
    }
    const lines = [
      transaction('t1', 0, {merchant_id: 'm1'}),
      transaction('t2', '1m', {amount: 3, merchant_id: 'm1'}),
    ]
    expect(await flips(match, lines, 't2')).toEqual([
      'would fire below $2.00 (it was $3.00), and from 2 different merchants (1 was there)',
    ])
  })
})

describe('a rule about events that come together', () => {
  const geo = {
    match: {
      together: {
        within: '1h',
        anchor: 'purchase',
        of: [
          {as: 'purchase', stream: 'transactions', when: 'purchase.amount_usd > 5000.0'},
          {as: 'from', stream: 'locations'},
          {as: 'to', stream: 'locations', after: 'from', when: 'distance_miles(from, to) > 1000.0'},
        ],
      },
    },
  }
  const large = transaction('t1', '10m', {amount: 6000})
  const left = fix('l1', 0, NEW_YORK)
  const arrived = (offset: string, place: object = LONDON) => fix('l2', offset, place)

  it('that fires tells each border', async () => {
    expect(await flips(geo, [left, large, arrived('30m')], 't1')).toEqual([
      'would not fire at $5,000.00 or less',
      'would not fire if the fixes were ≤ 1,000 miles apart',
      'would not fire with a within of less than 30 minutes',
    ])
  })

  it('does not promise that one change does it while another assignment holds: it says which together', async () => {
    const told = await flips(geo, [left, large, arrived('30m'), fix('l3', '40m', LONDON)], 't1')
    expect(told).toContain(
      'would not fire if the fixes (l1, l2) were ≤ 1,000 miles apart, and if the fixes (l1, l3) were ≤ 1,000 miles apart',
    )
  })

  it('names the nearest miss: a distance too short', async () => {
    const {events, clauses, flips: told} = await explain(geo, [left, large, arrived('30m', NEWARK)], 't1')
    expect(events.map(({as, id}) => `${as} ${id}`)).toEqual(['purchase t1', 'from l1', 'to l2'])
    expect(clauses.map(({outcome}) => outcome)).toEqual(['true', 'false'])
    expect(told.map(({text}) => text)).toEqual([
      'would fire if the fixes were > 1,000 miles apart (they are 9.01 miles apart)',
    ])
  })

  it('names the nearest miss: too far apart in time, by how much, and which within would do', async () => {
    const lines = [left, large, arrived('80m')]
    expect(await failures(geo, lines, 't1')).toEqual([
      'locations l1 and locations l2 are 1 hour 20 minutes apart: 20 minutes more than within (1 hour)',
    ])
    expect(await flips(geo, lines, 't1')).toEqual([
      'would fire with a within of 1 hour 20 minutes or more (it is 1 hour)',
    ])
  })

  it('names the nearest miss: nothing there at all for an item', async () => {
    expect(await failures(geo, [left, large], 't1')).toEqual(['there is no location fix for "to"'])
    expect(await flips(geo, [left, large], 't1')).toEqual([
      'would fire if there were a location fix for "to"',
    ])
  })

  it('names the nearest miss: the wrong order', async () => {
    const match = {
      match: {
        together: {
          within: '1h',
          of: [
            {as: 'big', stream: 'transactions', when: 'big.amount > 500.0', after: 'seen'},
            {as: 'seen', stream: 'locations'},
          ],
        },
      },
    }
    const lines = [transaction('t1', '10m', {amount: 600}), fix('l1', '12m')]
    expect(await failures(match, lines, 't1')).toEqual(['"big" does not come after "seen"'])
    expect(await flips(match, lines, 't1')).toEqual([
      'would fire if "big" came right after "seen" (transactions t1 at 2026-01-01T00:12:00.001Z)',
      'would fire if "big" came right after "seen" (locations l1 at 2026-01-01T00:09:59.999Z)',
    ])
  })

  it('says so when the search for the nearest miss ended before its end', async () => {
    const fixes = Array.from({length: 30}, (_, i) => fix(`f${i}`, `${i}m`, NEWARK))
    const given = {rule: {...HEADER, ...geo}, files: [], lines: [...fixes, large], limits: {stepBudget: 20}}
    expect((await explained(given, 't1')).truncated).toBe(true)
  })
})

describe('a cooldown', () => {
  const large = {match: {event: {as: 'tx', stream: 'transactions'}, when: 'tx.amount > 100.0'}}

  it('is told as what suppresses the alert, and how short it would have to be', async () => {
    const lines = ['0m', '12m', '70m'].map((offset, i) => transaction(`t${i + 1}`, offset, {amount: 200}))
    const second = await explain(large, lines, 't2', {cooldown: '1h'})
    expect(second).toMatchObject({fires: true, suppressed_by: {id: 't1', gap_ms: 720_000}})
    expect(second.flips[0]?.text).toBe(
      'would be alerted with a cooldown of 12 minutes or less (it is 1 hour)',
    )
    expect(await explain(large, lines, 't3', {cooldown: '1h'})).toMatchObject({suppressed_by: null})
  })
})
