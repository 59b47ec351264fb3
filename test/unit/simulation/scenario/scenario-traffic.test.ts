import {createHash} from 'node:crypto'
import {describe, expect, it} from 'vitest'
import {compileDecode, isRefusal} from '../../../../src/core/event/decode.js'
import {streamsWith} from '../../../../src/core/event/stream.js'
import type {ScenarioOptions} from '../../../../src/simulation/scenario/options.js'
import {nothingPlanted} from '../../../../src/simulation/scenario/planted.js'
import {distanceMiles} from '../../../../src/simulation/scenario/position.js'
import {estimateLines, scenarioTraffic} from '../../../../src/simulation/scenario/scenario-traffic.js'
import {
  type EventLine,
  type LocationEvent,
  lineText,
  type TrafficLine,
} from '../../../../src/simulation/scenario/traffic-line.js'

const MINUTE_MS = 60_000
const SMALL: ScenarioOptions = {users: 200, days: 2, seed: 7}

function hashOf(options: ScenarioOptions): string {
  const hash = createHash('sha256')
  for (const line of scenarioTraffic(options)) hash.update(lineText(line)).update('\n')
  return hash.digest('hex')
}

function eventsOf(options: ScenarioOptions): EventLine[] {
  return [...scenarioTraffic(options)].filter((line) => line.kind === 'event')
}

/** Event lines without repetitions, by stream and id. */
function idOf({stream, event}: EventLine): string {
  if ('transaction_id' in event) return event.transaction_id
  if ('location_id' in event && event.location_id !== undefined) return event.location_id
  return `${stream} ${JSON.stringify(Object.entries({...event, event_time: 0}).sort())}`
}

describe('scenarioTraffic', () => {
  it('gives the same lines for the same seed and others for another', () => {
    const first = hashOf(SMALL)
    expect(hashOf(SMALL)).toBe(first)
    expect(hashOf({...SMALL, seed: 8})).not.toBe(first)
  })

  it('gives lines in the order of their arrival, none before its event', () => {
    let arrival = 0
    for (const line of scenarioTraffic(SMALL)) {
      expect(line.arrival).toBeGreaterThanOrEqual(arrival)
      if (line.kind === 'event') expect(line.arrival).toBeGreaterThanOrEqual(line.time)
      arrival = line.arrival
    }
  })

  it('writes lines that parse back and pass every check of an event', () => {
    const decode = compileDecode({streams: streamsWith([]), eventLimit: 262_144, panExempt: new Set()})
    for (const line of eventsOf({...SMALL, duplicates: 0.2})) {
      const text = lineText(line)
      const parsed = JSON.parse(text) as {stream: string; event: unknown; arrival_time: string}
      expect(parsed.event).toEqual(line.event)
      expect(Date.parse(parsed.arrival_time)).toBe(line.arrival)
      const decoded = decode(parsed.stream, parsed.event, text)
      expect(isRefusal(decoded) ? decoded : decoded.time).toBe(line.time)
    }
  })

  it('streams a million lines without keeping them', () => {
    const options = {users: 4000, days: 25, seed: 1}
    let lines = 0
    let peak = 0
    const before = process.memoryUsage().heapUsed
    for (const _ of scenarioTraffic(options)) {
      if (++lines % 50_000 === 0) peak = Math.max(peak, process.memoryUsage().heapUsed - before)
      if (lines === 1_000_000) break
    }
    expect(lines).toBe(1_000_000)
    expect(peak / 2 ** 20).toBeLessThan(150)
  }, 120_000)

  it('plants disorder, repetitions, late and broken lines in the shares asked for', () => {
    const options = {
      users: 500,
      days: 4,
      seed: 3,
      outOfOrder: 0.03,
      duplicates: 0.01,
      late: 0.004,
      broken: 0.006,
    }
    const planted = nothingPlanted()
    let lines = 0
    for (const _ of scenarioTraffic(options, planted)) lines++
    const broken = Object.values(planted.broken).reduce((sum, count) => sum + count, 0)
    const near = (count: number, share: number) => Math.abs(count / lines / share - 1)
    expect(near(planted.outOfOrder, 0.03)).toBeLessThan(0.2)
    expect(near(planted.duplicates, 0.01)).toBeLessThan(0.2)
    expect(near(planted.late, 0.004)).toBeLessThan(0.3)
    expect(near(broken, 0.006)).toBeLessThan(0.3)
  })

  it('has as many late lines and duplicates as it says, by the rules of the watermark', () => {
    const planted = nothingPlanted()
    const newest = {transactions: 0, locations: 0, merchants: 0}
    const seen = new Set<string>()
    const counted = {late: 0, duplicates: 0}
    for (const line of scenarioTraffic({...SMALL, late: 0.02, duplicates: 0.02}, planted)) {
      if (line.kind === 'broken') continue
      const id = idOf(line)
      const watermark = Math.min(newest.transactions, newest.locations) - 5_000 - 1
      if (seen.has(id) && line.stream !== 'merchants') counted.duplicates++
      else if (line.stream !== 'merchants' && line.time <= watermark - 10 * MINUTE_MS) counted.late++
      else newest[line.stream] = Math.max(newest[line.stream], line.time)
      seen.add(id)
    }
    expect(counted.late).toBe(planted.late)
    expect(counted.late).toBeGreaterThan(50)
    // Repeated merchant profiles are not counted here.
    expect(planted.duplicates - counted.duplicates).toBeLessThan(10)
    expect(counted.duplicates).toBeGreaterThan(50)
  })

  it('plants nothing that was not asked for', () => {
    const planted = nothingPlanted()
    const options = {...SMALL, frauds: 0, outOfOrder: 0, duplicates: 0, late: 0, broken: 0}
    const lines: TrafficLine[] = [...scenarioTraffic(options, planted)]
    expect(planted).toEqual(nothingPlanted())
    expect(lines.every((line) => line.kind === 'event')).toBe(true)
    for (const line of lines.slice(1000))
      if (line.kind === 'event') expect(line.arrival - line.time).toBeLessThan(1500)
  })

  it('lets honest users travel, but never more than 1000 miles within an hour', () => {
    const fixes = new Map<string, EventLine[]>()
    for (const line of eventsOf({users: 300, days: 10, seed: 5, frauds: 0, duplicates: 0})) {
      if (line.stream !== 'locations') continue
      const {user_id} = line.event as LocationEvent
      fixes.set(user_id, [...(fixes.get(user_id) ?? []), line])
    }
    let journeys = 0
    for (const own of fixes.values()) {
      own.sort((a, b) => a.time - b.time)
      for (const [at, to] of own.entries()) {
        const before = own.slice(0, at).filter((from) => to.time - from.time <= 60 * MINUTE_MS)
        for (const from of before) {
          expect(distanceMiles(from.event as LocationEvent, to.event as LocationEvent)).toBeLessThan(1000)
        }
        const previous = own[at - 1]
        const isFar =
          previous !== undefined &&
          distanceMiles(previous.event as LocationEvent, to.event as LocationEvent) > 1000
        if (isFar) journeys++
      }
    }
    expect(journeys).toBeGreaterThan(10)
  })

  it('estimates its length to a tenth', () => {
    for (const options of [SMALL, {users: 60, days: 20, seed: 2, rate: 3}]) {
      const lines = [...scenarioTraffic(options)].length
      expect(Math.abs(estimateLines(options) / lines - 1)).toBeLessThan(0.1)
    }
  })
})
