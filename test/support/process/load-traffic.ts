import {toArrival} from '../../../src/app/demo/arrivals.js'
import {BROKEN_OUTCOMES} from '../../../src/simulation/scenario/broken-line.js'
import type {ScenarioOptions} from '../../../src/simulation/scenario/options.js'
import {scenarioTraffic} from '../../../src/simulation/scenario/scenario-traffic.js'
import type {EventLine, TrafficLine} from '../../../src/simulation/scenario/traffic-line.js'

const STREAMS = ['merchants', 'locations', 'transactions']

/** One event of a request, with the answers that are right for it. */
export interface LoadInput {
  readonly bytes: Buffer
  /** Of an answer: its code, or its status if it has none. */
  readonly rightAnswers: readonly string[]
  readonly isJson: boolean
}

/** Traffic as HTTP clients send it, by stream and in order, and what the ledger must say about it in the end. */
export interface LoadTraffic {
  readonly inputs: ReadonlyMap<string, readonly LoadInput[]>
  /** By stream: how many different events there are. */
  readonly distinct: ReadonlyMap<string, number>
  readonly transactionIds: readonly string[]
  readonly size: number
}

/**
 * Scenario traffic up to an arrival (ms), after which only a few journeys are on their way; what names an unknown
 * stream is left out, because no path leads there.
 */
export function loadTraffic(options: ScenarioOptions, until_ms: number): LoadTraffic {
  const inputs = new Map<string, LoadInput[]>(STREAMS.map((stream) => [stream, []]))
  const identities = new Map<string, Set<string>>(STREAMS.map((stream) => [stream, new Set()]))
  const transactionIds = new Set<string>()
  let size = 0
  for (const line of scenarioTraffic(options)) {
    if (line.arrival > until_ms) break
    const {stream: named, bytes} = toArrival(line)
    // A line that is no JSON names no stream: it comes with the transactions.
    const stream = named ?? 'transactions'
    if (!inputs.has(stream)) continue
    inputs
      .get(stream)
      ?.push({bytes: Buffer.from(bytes), rightAnswers: rightAnswers(line), isJson: isJson(bytes)})
    size++
    if (line.kind === 'broken') continue
    identities.get(stream)?.add(identityOf(line))
    if ('transaction_id' in line.event) transactionIds.add(line.event.transaction_id)
  }
  const distinct = new Map([...identities].map(([stream, ids]) => [stream, ids.size]))
  return {inputs, distinct, transactionIds: [...transactionIds], size}
}

function rightAnswers(line: TrafficLine): readonly string[] {
  return line.kind === 'broken' ? [BROKEN_OUTCOMES[line.defect]] : ['accepted', 'duplicate']
}

/** What makes two lines the same event: its id, or for events without one its content. */
function identityOf({event, time}: EventLine): string {
  if ('transaction_id' in event) return event.transaction_id
  if ('name' in event) return JSON.stringify([event.merchant_id, time])
  return event.location_id ?? JSON.stringify([event.user_id, time, event.lat, event.lon])
}

function isJson(bytes: Uint8Array): boolean {
  try {
    JSON.parse(Buffer.from(bytes).toString('utf8'))
    return true
  } catch {
    return false
  }
}
