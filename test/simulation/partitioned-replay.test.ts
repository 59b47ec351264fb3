import {describe, expect, it} from 'vitest'
import {loadBundle} from '../../src/app/bundle/load-bundle.js'
import {loadConfig} from '../../src/app/config/load-config.js'
import {SeededRandom} from '../../src/simulation/seeded-random.js'
import {collectedRun} from '../support/engine/collected-run.js'
import {expectedTruth, type Truth, truthOf} from '../support/engine/truth.js'
import {CLOSE, LONG, START} from '../support/oracle/generators/scale.js'
import {expectedOutcome} from '../support/oracle/outcome.js'
import type {Line} from '../support/oracle/shapes.js'
import {placedLines} from '../support/services/fed-topics.js'
import {sharedKeyBursts} from '../support/services/shared-key-bursts.js'
import {arrivingLines, type Traffic} from '../support/simulation/arriving-lines.js'
import {placeOf} from '../support/simulation/installation.js'
import {rulePool} from '../support/simulation/rule-pool.js'
import {forEachSeed, seedBlocks} from '../support/simulation/seeds.js'

const FILE = 'test/simulation/partitioned-replay.test.ts'
const SEEDS = 300
const RULE_SETS = 14
const DAYS_MS = 6 * 86_400_000
const BURSTS = 80

const TRAFFIC: readonly Traffic[] = [
  {scale: CLOSE, maxEvents: 40, shuffled: true},
  {scale: LONG, maxEvents: 40, shuffled: false, stragglers: 0},
]

const pools = new Map([CLOSE, LONG].map((scale) => [scale, rulePool(scale, RULE_SETS)]))

/** What two runs must agree on; accounts differ where time differs. */
const finalsOf = ({alerts, decisions}: Truth) => ({alerts, decisions})

describe('a replay of lines that name partitions', () => {
  it.each(seedBlocks(SEEDS, 100).map((seeds) => ({from: seeds[0], to: seeds.at(-1), seeds})))(
    'ends with the true alerts and decisions (seeds $from to $to)',
    ({seeds}) =>
      forEachSeed(seeds, FILE, async (seed) => {
        const random = new SeededRandom(seed, 'partitioned')
        const traffic = random.pick(TRAFFIC)
        const {bundle, rules, lists, rates} = random.pick(pools.get(traffic.scale) ?? [])
        const partitions = random.pick([2, 3, 5])
        const lines = arrivingLines(traffic, seed, random).map((line) => placed(line, partitions))
        const found = truthOf(await collectedRun(bundle, lines))
        const expected = expectedTruth(expectedOutcome({rules, lines, lists, rates}))
        expect(finalsOf(found)).toEqual(finalsOf(expected))
      }),
  )

  it.each(['10m', '7d'])(
    'says what one partition says, by the rules that are shipped, with a lateness of %s',
    async (lateness) => {
      const bundle = await loadBundle(loadConfig({env: {TRIPLINE_EVENT_TIME_ALLOWED_LATENESS: lateness}}))
      const bursts = sharedKeyBursts(START, START + DAYS_MS, BURSTS).map((line) => JSON.stringify(line))
      const run = async (partitions: number) =>
        finalsOf(truthOf(await collectedRun(bundle, placedLines(bursts, partitions))))
      const expected = await run(1)
      expect(expected.alerts.length).toBeGreaterThan(BURSTS)
      expect(await run(4)).toEqual(expected)
    },
  )
})

/** With the partition of its user; profiles and broken lines are in the first. */
function placed(line: Line, partitions: number): Line {
  if (typeof line === 'string') return line
  const {user_id} = (line.event ?? {}) as {readonly user_id?: unknown}
  return {...line, partition: typeof user_id === 'string' ? placeOf(user_id, partitions) : 0}
}
