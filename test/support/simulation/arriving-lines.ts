import fc from 'fast-check'
import type {SeededRandom} from '../../../src/simulation/seeded-random.js'
import {respelled, withDuplicates} from '../oracle/generators/arrivals.js'
import {BROKEN_LINES} from '../oracle/generators/broken-lines.js'
import {eventSets} from '../oracle/generators/event-sets.js'
import type {Scale} from '../oracle/generators/scale.js'
import {DEFAULT_SETTINGS, type Line, type ReplayLine} from '../oracle/shapes.js'

const {allowedLateness, dedupRetention} = DEFAULT_SETTINGS

export interface Traffic {
  readonly scale: Scale
  readonly maxEvents: number
  /** Any order of arrival: for events so close together that none can be late. */
  readonly shuffled: boolean
  /**
   * Profiles may come days after they became valid. What they still change then depends on when they come.
   */
  readonly lateProfiles?: boolean
  /** How many of all events come too late, 0 to 1. Default: drawn. */
  readonly stragglers?: number
}

interface Arriving {
  readonly line: ReplayLine
  /** Event time plus delay, in ms. */
  readonly at: number
}

/**
 * A seed's events in the order of arrival: delayed, some of them too long, sent again at once or days
 * later, with broken lines in between.
 */
export function arrivingLines(traffic: Traffic, seed: number, random: SeededRandom): readonly Line[] {
  const {scale, maxEvents, shuffled, lateProfiles = false} = traffic
  const events = eventSets({scale, users: 3, maxEvents}).chain(withDuplicates)
  const [sent = []] = fc.sample(events, {seed, numRuns: 1})
  const arriving = shuffled
    ? inAnyOrder(sent, random)
    : delayed(sent, random, lateProfiles, traffic.stragglers)
  for (let broken = random.below(4); broken > 0; broken--) {
    arriving.splice(random.below(arriving.length + 1), 0, random.pick(BROKEN_LINES).text)
  }
  return arriving
}

function inAnyOrder(lines: readonly ReplayLine[], random: SeededRandom): Line[] {
  return lines
    .map((line) => ({line, at: random.next()}))
    .sort(byArrival)
    .map(({line}) => line)
}

function delayed(
  lines: readonly ReplayLine[],
  random: SeededRandom,
  lateProfiles: boolean,
  given: number | undefined,
): Line[] {
  const isStamped = random.chance(0.7)
  const stragglers = given ?? random.pick([0, 0.1, 0.4])
  const arriving: Arriving[] = []
  for (const line of lines) {
    const time = eventTimeOf(line)
    const isLateProfile = lateProfiles && line.stream === 'merchants'
    const delay = isLateProfile ? random.below(dedupRetention) : delayOf(line, stragglers, random)
    arriving.push({line, at: time + delay})
    if (random.chance(0.05)) {
      arriving.push({line: respelled(line, 'other_order'), at: time + random.below(3 * dedupRetention)})
    }
  }
  return arriving
    .sort(byArrival)
    .map(({line, at}) => (isStamped ? {...line, arrival_time: new Date(at).toISOString()} : line))
}

/**
 * Profiles and verdicts are never late: beyond the lateness it would depend on their arrival what they
 * still change.
 */
function delayOf({stream}: ReplayLine, stragglers: number, random: SeededRandom): number {
  const mayStraggle = stream === 'transactions' || stream === 'locations'
  if (mayStraggle && random.chance(stragglers)) return random.below(4 * allowedLateness)
  return random.chance(0.3) ? random.pick([0, 1, 1_000, allowedLateness - 1]) : random.below(allowedLateness)
}

const byArrival = (left: {at: number}, right: {at: number}): number => left.at - right.at

function eventTimeOf({event}: ReplayLine): number {
  const time = (event as {event_time: string | number}).event_time
  return typeof time === 'number' ? time : Date.parse(time)
}
