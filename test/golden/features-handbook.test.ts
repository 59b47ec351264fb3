import {expect, test} from 'vitest'
import {streamsWith} from '../../src/core/event/stream.js'
import {type EventTime, parseEventTime} from '../../src/core/event/time.js'
import {compileFeatureFiles} from '../../src/core/feature/compile-feature-files.js'
import {FeatureComputer} from '../../src/core/feature/feature-computer.js'
import {handbookDataSet} from '../../src/simulation/handbook/data-set.js'
import {eventLines} from '../../src/simulation/handbook/event-lines.js'

const DAY_S = 86_400
const DELAY_S = 7 * DAY_S
/** Sunday 2018-04-01 */
const FIRST_WEEKDAY = 6
const WINDOWS = [1, 7, 30]

/** The 15 baseline features of the Fraud Detection Handbook as views; the label is feedback, a week later. */
const VIEWS = [
  `
name: payment
kind: row
entity: user_id
rows:
  - {name: amount, expr: tx.amount}
  - {name: weekend, expr: 'tx.event_time.getDayOfWeek() == 0 || tx.event_time.getDayOfWeek() == 6'}
  - {name: night, expr: 'tx.event_time.getHours() <= 6'}
`,
  `
name: customer
entity: user_id
exact: true
windows: [1d, 7d, 30d]
aggregates: [{name: count, fn: count}, {name: mean, fn: avg, of: tx.amount}]
`,
  `
name: terminal
entity: merchant_id
exact: true
delay: 7d
windows: [1d, 7d, 30d]
aggregates: [{name: count, fn: count}]
`,
  `
name: labels
entity: merchant_id
stream: feedback
as: label
when: label.verdict == "fraud"
exact: true
horizon: 8d
windows: [1d, 7d, 30d]
aggregates: [{name: frauds, fn: count}]
`,
  `
name: risk
kind: row
entity: merchant_id
rows:
${WINDOWS.map((d) => `  - {name: rate_${d}d, expr: 'features.terminal.count_${d}d > 0.0 ? features.labels.frauds_${d}d / features.terminal.count_${d}d : 0.0'}`).join('\n')}
`,
].map((text, i) => ({path: `${i}.yaml`, text: `schema: tripline/feature-view/v1${text}`}))

const NAMES = [
  'payment.amount',
  'payment.weekend',
  'payment.night',
  ...WINDOWS.flatMap((d) => [`customer.count_${d}d`, `customer.mean_${d}d`]),
  ...WINDOWS.flatMap((d) => [`terminal.count_${d}d`, `risk.rate_${d}d`]),
]

const data = handbookDataSet({users: 400, days: 45})

/** The definition, over columns: (t − w, t] for customers, (t − 7d − w, t − 7d] for terminals. */
function direct(id: number): readonly number[] {
  const {time_s, customer, terminal, amount, scenario} = data
  const t = time_s[id] as number
  const day = Math.floor(t / DAY_S)
  const weekday = (FIRST_WEEKDAY + day) % 7
  const ofCustomer = (days: number) =>
    before(byCustomer, customer[id] as number, id).filter(
      (other) => (time_s[other] as number) > t - days * DAY_S,
    )
  const ofTerminal = (days: number) =>
    before(byTerminal, terminal[id] as number, id).filter((other) => {
      const at = time_s[other] as number
      return at > t - DELAY_S - days * DAY_S && at <= t - DELAY_S
    })
  return [
    amount[id] as number,
    weekday >= 5 ? 1 : 0,
    Math.floor((t % DAY_S) / 3600) <= 6 ? 1 : 0,
    ...WINDOWS.flatMap((days) => {
      const ids = ofCustomer(days)
      return [ids.length, ids.reduce((total, other) => total + (amount[other] as number), 0) / ids.length]
    }),
    ...WINDOWS.flatMap((days) => {
      const ids = ofTerminal(days)
      const frauds = ids.filter((other) => scenario[other] !== 0).length
      return [ids.length, ids.length === 0 ? 0 : frauds / ids.length]
    }),
  ]
}

const byCustomer = grouped(data.customer)
const byTerminal = grouped(data.terminal)

function grouped(keys: Int32Array): ReadonlyMap<number, readonly number[]> {
  const groups = new Map<number, number[]>()
  for (let id = 0; id < data.size; id++) {
    const key = keys[id] as number
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [id])
    else group.push(id)
  }
  return groups
}

/** Those of a group up to an id, at one second in the order of ids as text. */
function before(groups: ReadonlyMap<number, readonly number[]>, key: number, id: number): readonly number[] {
  const t = data.time_s[id] as number
  return (groups.get(key) ?? []).filter((other) => {
    const at = data.time_s[other] as number
    return at < t || (at === t && String(other) <= String(id))
  })
}

test('the 15 features of the handbook are what a direct calculation gives, on 45 days of its data set', () => {
  const streams = streamsWith([])
  const {set} = compileFeatureFiles(VIEWS, streams)
  if (set === undefined) throw new Error('the views do not compile')
  const computer = FeatureComputer.of(set, streams)
  const places = NAMES.map((name) => set.schema.names.indexOf(name))
  let risky = 0
  for (const line of eventLines(data)) {
    const {stream, event} = JSON.parse(line) as {stream: string; event: {[field: string]: unknown}}
    const row = computer.add(stream, event, parseEventTime(event.event_time) as EventTime)
    if (row === undefined) continue
    const id = Number(event.transaction_id)
    // What is before counts; to look at every fifth is enough.
    if (id % 5 > 0) continue
    const expected = direct(id)
    for (const [i, place] of places.entries())
      expect(row[place], NAMES[i]).toBeCloseTo(expected[i] as number, 9)
    if ((expected.at(-1) as number) > 0) risky++
  }
  expect(risky).toBeGreaterThan(20)
}, 120_000)
