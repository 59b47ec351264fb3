import {Line} from '../../adapters/files/line-reader.js'
import type {Bundle, RuleSource} from '../../core/bundle/bundle.js'
import type {AlertRecord} from '../../core/decision/records.js'
import {compareIds} from '../../core/event/order.js'
import {type EventTime, formatTime} from '../../core/event/time.js'
import type {RuleTest} from '../../core/rule/rule-file.js'
import {parseDuration} from '../../core/source/duration.js'
import type {Publisher} from '../../engine/port/publisher.js'
import {SeededRandom} from '../../simulation/seeded-random.js'
import type {Config} from '../config/config.js'
import {runReplay} from '../replay/run-replay.js'
import {bundleWithOnly} from './bundle-with-only.js'

/** `0m` in a test. */
const TEST_EPOCH_MS = Date.UTC(2026, 0, 1)
const SHUFFLES = 5

export interface RuleTestOutcome {
  readonly path: string
  readonly rule: string
  readonly name: string
  readonly ok: boolean
  readonly expected: readonly string[]
  /** What the first failing order gave, else what all orders gave. */
  readonly alerted: readonly string[]
  /** `given order`, or the shuffle that failed. */
  readonly order: string
}

/** Runs the tests inside all rules, each with its rule alone, in the given order and in several shuffled ones. */
export async function runRuleTests(bundle: Bundle, config: Config): Promise<readonly RuleTestOutcome[]> {
  const outcomes: RuleTestOutcome[] = []
  for (const source of bundle.sources) {
    if (source.tests.length === 0) continue
    const alone = await bundleWithOnly(source, bundle, config)
    for (const test of source.tests) outcomes.push(await runTest(source, test, alone))
  }
  return outcomes
}

async function runTest(source: RuleSource, test: RuleTest, bundle: Bundle): Promise<RuleTestOutcome> {
  const lines = toLines(test)
  const {path, id} = source
  const outcome = {path, rule: id, name: test.name, expected: test.expect}
  let alerted: readonly string[] = []
  for (let shuffle = 0; shuffle <= SHUFFLES; shuffle++) {
    const order = shuffle === 0 ? 'given order' : `shuffled order ${shuffle}`
    alerted = await alertedAnchors(shuffle === 0 ? lines : shuffled(lines, shuffle), bundle)
    if (!sameList(alerted, test.expect)) return {...outcome, ok: false, alerted, order}
  }
  return {...outcome, ok: true, alerted, order: 'given order'}
}

/** Anchors whose alerts stand at the end, in the total order. */
async function alertedAnchors(lines: readonly string[], bundle: Bundle): Promise<readonly string[]> {
  const standing = new Map<string, AlertRecord>()
  const publisher: Publisher = {
    publish: async ({alerts}) => {
      for (const alert of alerts) {
        if (alert.type === 'alert.retracted') standing.delete(alert.alert_id)
        else standing.set(alert.alert_id, alert)
      }
    },
  }
  await runReplay({lines: asLines(lines), bundle, publisher})
  return [...standing.values()].sort(byTotalOrder).map(({anchor}) => anchor.id)
}

function byTotalOrder(a: AlertRecord, b: AlertRecord): number {
  if (a.event_time !== b.event_time) return a.event_time < b.event_time ? -1 : 1
  return compareIds(a.anchor.id, b.anchor.id)
}

/** Replay lines; required fields that a test leaves out are filled in. */
function toLines({events}: RuleTest): readonly string[] {
  return events.map((event, i) => {
    const {at, ...streams} = event
    const [named] = Object.entries(streams)
    const offset = typeof at === 'string' ? parseDuration(at) : undefined
    if (named === undefined || offset === undefined) {
      throw new RangeError(`event ${i + 1} of a test: write {at: 10m, transactions: {…}}`)
    }
    const [stream, fields] = named
    const defaults = DEFAULT_FIELDS[stream]?.(`${stream}-${i + 1}`) ?? {user_id: 'u1'}
    const event_time = formatTime((TEST_EPOCH_MS + offset) as EventTime)
    return JSON.stringify({stream, event: {...defaults, ...(fields as object), event_time}})
  })
}

const DEFAULT_FIELDS: {readonly [stream: string]: (id: string) => object} = {
  transactions: (id) => ({transaction_id: id, user_id: 'u1', amount: 1}),
  locations: (id) => ({location_id: id, user_id: 'u1'}),
  merchants: () => ({}),
  feedback: (id) => ({feedback_id: id, user_id: 'u1'}),
}

function shuffled(lines: readonly string[], seed: number): readonly string[] {
  const random = new SeededRandom(seed, 'rule-test')
  return lines
    .map((line) => ({line, place: random.next()}))
    .sort((a, b) => a.place - b.place)
    .map(({line}) => line)
}

async function* asLines(lines: readonly string[]): AsyncGenerator<readonly Line[]> {
  yield lines.map(Line.of)
}

function sameList(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((item, i) => item === b[i])
}
