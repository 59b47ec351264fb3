import {describe, expect, test} from 'vitest'
import {collectServed, type ServedLog} from '../../../../src/app/learning/collect-served.js'
import type {Verdict} from '../../../../src/core/case/verdict.js'
import {type EventTime, formatTime, type WallTime} from '../../../../src/core/event/time.js'
import type {ServedRow} from '../../../../src/learning/training/served-rows.js'

const DAY = 86_400_000
const NOW = (100 * DAY) as WallTime
const MATURITY = 30 * DAY
const schema = {hash: 'abc', names: ['card.count_1h']}

const row = (changes: Partial<ServedRow>): ServedRow => ({
  transactionId: 't1',
  userId: 'u1',
  time: 10 * DAY,
  decidedAt: 10 * DAY,
  decision: 'approve',
  score: 0.2,
  model: 1,
  propensity: 1,
  challenger: undefined,
  values: Float64Array.of(3),
  ages: Float64Array.of(0, 0, 0, 0, 0),
  ...changes,
})
const verdict = (changes: Partial<Verdict>, day = 20): Verdict => ({
  feedback_id: 'f1',
  user_id: 'u1',
  alert_id: null,
  transaction_id: 't1',
  verdict: 'fraud',
  reviewer: null,
  source: null,
  event_time: formatTime((day * DAY) as EventTime),
  ...changes,
})
/** Something recent, so that time has gone on. */
const RECENT = row({transactionId: 'recent', time: 99 * DAY})

const log = (rows: readonly ServedRow[], verdicts: readonly Verdict[] = [], hash = 'abc'): ServedLog => ({
  rows: async function* () {
    for (const each of [...rows, RECENT])
      yield {schema: {hash: each === RECENT ? 'abc' : hash, names: ['card.count_1h']}, row: each}
  },
  verdicts: async function* () {
    yield* verdicts
  },
})

async function learnt(...given: Parameters<typeof log>) {
  const {rows, labels, newest, otherFeatures} = await collectServed(log(...given), schema, NOW)
  const {labelOf, counts} = labels.asOf(newest, MATURITY)
  const set = rows.labelled(labelOf)
  return {labels: [...set.labels], weights: [...set.weights], counts, otherFeatures, newest}
}

describe('what a service served, to learn from', () => {
  test('is legitimate when it is mature and nobody said anything; what is younger is left out', async () => {
    expect(await learnt([row({})])).toMatchObject({labels: [0], weights: [1]})
    expect((await learnt([row({time: 80 * DAY})])).labels).toEqual([])
  })

  test('is what the verdict says, at once', async () => {
    const young = row({time: 98 * DAY})
    expect((await learnt([young], [verdict({}, 99)])).labels).toEqual([1])
  })

  test('that was declined stays unknown, however old: nobody complains about what did not take place', async () => {
    expect((await learnt([row({decision: 'decline'})])).labels).toEqual([])
    expect((await learnt([row({decision: 'decline'})], [verdict({verdict: 'legitimate'})])).labels).toEqual([
      0,
    ])
  })

  test('counts for those of its kind where it was in the control sample, but not for too many', async () => {
    const picked = (propensity: number) => learnt([row({propensity})])
    expect((await picked(0.1)).weights).toEqual([10])
    expect((await picked(0.005)).weights).toEqual([20])
  })

  test('is told apart by its user, for two users may use the same id', async () => {
    const {labels} = await learnt([row({}), row({userId: 'u2'})], [verdict({user_id: 'u2'})])
    expect(labels).toEqual([0, 1])
  })

  test('of other features is left out, and counted', async () => {
    expect(await learnt([row({})], [], 'former')).toMatchObject({labels: [], otherFeatures: 1})
  })

  test('of other features alone is refused, with both hashes and what to do', async () => {
    const others: ServedLog = {
      rows: async function* () {
        yield {schema: {hash: 'former', names: []}, row: row({})}
      },
      verdicts: log([]).verdicts,
    }
    await expect(collectServed(others, schema, NOW)).rejects.toThrow(
      'none of the 1 transactions in the feature log was served the features in force (abc, they have former); ' +
        'bring the feature views back, or train again when there is feedback on new transactions',
    )
  })
})

describe('a verdict that is not in order', () => {
  test('from the future is left out and counted, and makes nothing mature', async () => {
    const young = row({time: 90 * DAY})
    const {labels, counts, newest} = await learnt([young], [verdict({}, 400)])
    expect([labels, counts.outOfTime, newest]).toEqual([[], 1, 99 * DAY])
  })

  test('from before its transaction is left out and counted', async () => {
    expect((await learnt([row({})], [verdict({}, 9)])).counts.outOfTime).toBe(1)
  })

  test('about a transaction that is not there, or about nothing that is, is counted', async () => {
    const strays = [
      verdict({transaction_id: 'nowhere'}),
      verdict({transaction_id: null, alert_id: 'gone', feedback_id: 'f2'}),
    ]
    expect((await learnt([row({})], strays)).counts.unknown).toBe(2)
  })

  test('that contradicts another: the newer counts, of the same time that with the greater id', async () => {
    const [fraud, legitimate] = [verdict({}, 20), verdict({feedback_id: 'f2', verdict: 'legitimate'}, 21)]
    const {labels, counts} = await learnt([row({})], [legitimate, fraud])
    expect([labels, counts.repeated]).toEqual([[0], 1])
    const atOnce = verdict({feedback_id: 'f0', verdict: 'legitimate'}, 20)
    expect((await learnt([row({})], [fraud, atOnce])).labels).toEqual([1])
  })

  test('that nobody could reach leaves the transaction unknown', async () => {
    expect((await learnt([row({})], [verdict({verdict: 'inconclusive'})])).labels).toEqual([])
  })
})
