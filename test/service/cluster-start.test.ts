import {randomUUID} from 'node:crypto'
import {mkdtemp, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {ensureBuilt} from '../support/process/built-program.js'
import {type CommandOutcome, tripline, triplineJson} from '../support/process/tripline.js'
import {TEST_KAFKA, TEST_REDIS, testTopics} from '../support/services/test-kafka.js'
import {userRules} from '../support/services/user-rules.js'

/** Nothing listens there. */
const NOWHERE = '127.0.0.1:9'

describe.skipIf(TEST_KAFKA === undefined || TEST_REDIS === undefined)('a worker does not start', () => {
  let folder: string
  let rules: string

  beforeAll(async () => {
    await ensureBuilt()
    folder = await mkdtemp(join(tmpdir(), 'tripline-start-'))
    rules = await userRules(join(folder, 'rules'))
  })
  afterAll(() => rm(folder, {recursive: true, force: true}))

  const environment = (change: {readonly [name: string]: string}) => ({
    TRIPLINE_NAMESPACE: `none-${randomUUID().slice(0, 8)}`,
    TRIPLINE_KAFKA_BROKERS: TEST_KAFKA ?? '',
    TRIPLINE_REDIS_URL: TEST_REDIS ?? '',
    ...change,
  })
  const run = (change: {readonly [name: string]: string}): Promise<CommandOutcome> =>
    tripline(['run', '--profile', 'cluster', '--port', '0', '--rules', rules], {env: environment(change)})

  it('where no broker answers', async () => {
    const {code, stderr} = await run({TRIPLINE_KAFKA_BROKERS: NOWHERE})
    expect([code, stderr]).toEqual([3, expect.stringContaining(`Kafka at ${NOWHERE} does not answer`)])
    expect(stderr).toContain('start it, or set kafka.brokers')
  })

  it('where Redis does not answer', async () => {
    const topics = await testTopics()
    const {code, stderr} = await run({
      TRIPLINE_NAMESPACE: topics.namespace,
      TRIPLINE_REDIS_URL: `redis://${NOWHERE}`,
    })
    await topics.remove()
    expect([code, stderr]).toEqual([3, expect.stringContaining('redis')])
  })

  it('without topics, which it names with the command that creates them', async () => {
    const {code, stderr} = await run({TRIPLINE_NAMESPACE: 'none'})
    expect(code).toBe(3)
    expect(stderr).toContain('there is no topic none.merchants, none.locations, none.transactions')
    expect(stderr).toContain('create it with: tripline topics create')
  })

  it('where topics of one user have different numbers of partitions', async () => {
    const topics = await testTopics(2)
    const admin = topics.kafka.admin()
    await admin.connect()
    await admin.createPartitions({topicPartitions: [{topic: topics.names.ofStream('locations'), count: 3}]})
    await admin.disconnect()
    const {code, stderr} = await run({TRIPLINE_NAMESPACE: topics.namespace})
    await topics.remove()
    expect(code).toBe(3)
    expect(stderr).toContain(`${topics.namespace}.locations 3, ${topics.namespace}.transactions 2`)
    expect(stderr).toContain('--alter --partitions 3')
  })
})

describe.skipIf(TEST_KAFKA === undefined)('topics create', () => {
  const namespace = `t${randomUUID().slice(0, 8)}`
  const env = {TRIPLINE_NAMESPACE: namespace, TRIPLINE_KAFKA_BROKERS: TEST_KAFKA ?? ''}
  const create = ['topics', 'create', '--partitions', '3']

  beforeAll(ensureBuilt)

  it('creates what is not there, once', async () => {
    const first = await triplineJson<{created: string[]; existing: string[]}>(create, {env})
    expect(first.created).toContain(`${namespace}.transactions`)
    expect(first.existing).toEqual([])
    const second = await triplineJson<{created: string[]; existing: string[]}>(create, {env})
    expect(second).toEqual({created: [], existing: first.created})
  })

  it('refuses other numbers of partitions, and creates nothing', async () => {
    const {code, stderr} = await tripline(['topics', 'create', '--partitions', '5'], {env})
    expect(code).toBe(3)
    expect(stderr).toContain(`${namespace}.transactions has 3 partitions, not 5; say --partitions 3`)
  })

  it('prints the commands without doing anything', async () => {
    const {code, stdout} = await tripline([...create, '--print'], {
      env: {...env, TRIPLINE_KAFKA_BROKERS: NOWHERE},
    })
    expect(code).toBe(0)
    expect(stdout).toContain(
      `kafka-topics.sh --bootstrap-server ${NOWHERE} --create --if-not-exists --topic ${namespace}.transactions --partitions 3 --replication-factor 3`,
    )
    expect(stdout).toContain(
      `--topic ${namespace}.merchants --partitions 1 --replication-factor 3 --config cleanup.policy=compact`,
    )
  })
})
