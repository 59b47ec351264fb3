import {Redis} from 'ioredis'
import {afterAll, beforeAll, expect, test} from 'vitest'
import {RedisConnection} from '../../../src/adapters/redis/redis-connection.js'
import {RedisStateStore} from '../../../src/adapters/redis/state-store.js'
import {SeededRandom} from '../../../src/simulation/seeded-random.js'
import {expectedTruth, truthOf} from '../../support/engine/truth.js'
import {CLOSE, LONG, type Scale} from '../../support/oracle/generators/scale.js'
import {expectedOutcome} from '../../support/oracle/outcome.js'
import {arrivingLines} from '../../support/simulation/arriving-lines.js'
import {rulePool} from '../../support/simulation/rule-pool.js'
import {forEachSeed, seedBlocks} from '../../support/simulation/seeds.js'
import {World} from '../../support/simulation/world.js'
import {describeOnRedis, freshNamespace} from './test-redis.js'

const SEEDS = 60
const DAYS: Scale = {unitMs: 14_400_000, units: 60}
const SCALES = [CLOSE, LONG, DAYS]

/*
 * The engine with its state in Redis, its owners crashing, freezing and coming back: what the world was told comes to the
 * same as a brute-force reading of the rules.
 */
describeOnRedis('the engine on Redis under crashes, restarts and zombies', (url) => {
  let connection: RedisConnection

  beforeAll(() => {
    connection = new RedisConnection(new Redis(url))
  })
  afterAll(() => connection.close())

  const pools = new Map(SCALES.map((scale) => [scale, rulePool(scale, 8)]))

  test.each(seedBlocks(SEEDS, 20).map((seeds) => ({from: seeds[0], to: seeds.at(-1), seeds})))(
    'ends with the true alerts and decisions (seeds $from to $to)',
    ({seeds}) =>
      forEachSeed(seeds, 'test/service/redis/crashes.test.ts', async (seed) => {
        const random = new SeededRandom(seed, 'case')
        const scale = random.pick(SCALES)
        const {bundle, rules, lists, rates} = random.pick(pools.get(scale) ?? [])
        const lines = arrivingLines({scale, maxEvents: 40, shuffled: scale === CLOSE}, seed, random)
        const store = new RedisStateStore(connection, {namespace: freshNamespace()})
        const world = await World.with(seed, bundle, lines, {store})
        await world.run()
        const {journal} = world
        journal.expectConsistent()
        const ledger = journal.checkpoint?.ledger ?? {}
        expect(journal.checkpoint?.offset).toBe(lines.length)
        const truth = truthOf({collected: await journal.collected(), partitions: [], ledger})
        expect(truth).toEqual(expectedTruth(expectedOutcome({rules, lines, lists, rates})))
      }),
  )
})
