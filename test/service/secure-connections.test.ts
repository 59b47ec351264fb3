import {mkdtemp, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {ensureBuilt} from '../support/process/built-program.js'
import {type CommandOutcome, tripline} from '../support/process/tripline.js'
import {ClusterWorker} from '../support/services/cluster-worker.js'
import {PASSWORD, SecureKafka, USER} from '../support/services/secure-kafka.js'
import {type ServerCertificate, serverCertificate} from '../support/services/server-certificate.js'
import {TEST_KAFKA, TEST_REDIS} from '../support/services/test-kafka.js'
import {userRules} from '../support/services/user-rules.js'
import {freePort, RedisProcess} from './redis/redis-process.js'

const NAMESPACE = 'secure'

describe.skipIf(TEST_KAFKA === undefined || TEST_REDIS === undefined)(
  'a Kafka and a Redis that speak TLS and want a login',
  {timeout: 120_000},
  () => {
    let folder: string
    let own: ServerCertificate
    let foreign: ServerCertificate
    let kafka: SecureKafka | undefined
    let redis: RedisProcess | undefined
    let env: {readonly [name: string]: string}
    let rules: string

    beforeAll(async () => {
      await ensureBuilt()
      folder = await mkdtemp(join(tmpdir(), 'tripline-secure-'))
      rules = await userRules(join(folder, 'rules'))
      own = await serverCertificate(folder, 'own')
      foreign = await serverCertificate(folder, 'foreign')
      const port = await freePort()
      kafka = await SecureKafka.start(own)
      redis = await RedisProcess.start([
        ...['--tls-port', String(port), '--tls-cert-file', own.cert, '--tls-key-file', own.key],
        ...['--tls-auth-clients', 'no', '--tls-ca-cert-file', own.cert],
      ])
      const may = [
        'on',
        `>${PASSWORD}`,
        `~${NAMESPACE}:*`,
        `&${NAMESPACE}:*`,
        '+@all',
        '-@dangerous',
        '+info',
      ]
      await redis.ask((client) => client.acl('SETUSER', USER, ...may))
      env = {
        TRIPLINE_NAMESPACE: NAMESPACE,
        TRIPLINE_KAFKA_BROKERS: kafka.address,
        TRIPLINE_KAFKA_TLS: JSON.stringify({ca: own.cert}),
        TRIPLINE_KAFKA_SASL: JSON.stringify({mechanism: 'scram-sha-512', username: USER}),
        TRIPLINE_KAFKA_PASSWORD: PASSWORD,
        TRIPLINE_REDIS_URL: `rediss://${USER}@127.0.0.1:${port}`,
        TRIPLINE_REDIS_TLS: JSON.stringify({ca: own.cert}),
        TRIPLINE_REDIS_PASSWORD: PASSWORD,
      }
    }, 180_000)
    afterAll(async () => {
      await kafka?.remove()
      await redis?.remove()
      await rm(folder, {recursive: true, force: true})
    })

    const topics = (change: {readonly [name: string]: string} = {}): Promise<CommandOutcome> =>
      tripline(['topics', 'create', '--partitions', '1'], {env: {...env, ...change}})
    const run = (change: {readonly [name: string]: string}): Promise<CommandOutcome> =>
      tripline(['run', '--profile', 'cluster', '--port', '0', '--rules', rules], {env: {...env, ...change}})

    it('are used with the right authority and password, by either way to log in', async () => {
      const {code, stderr} = await topics()
      expect([code, stderr]).toEqual([0, ''])
      const plain = {TRIPLINE_KAFKA_SASL: JSON.stringify({mechanism: 'plain', username: USER})}
      expect((await topics(plain)).code).toBe(0)
      const worker = new ClusterWorker({namespace: NAMESPACE, rules, env})
      await worker.url()
      expect(await worker.end('SIGTERM')).toEqual({code: 0, signal: null})
    })

    it('refuse a wrong password of Kafka, with the fix and without the password', async () => {
      for (const mechanism of ['plain', 'scram-sha-512']) {
        const {code, stderr} = await run({
          TRIPLINE_KAFKA_PASSWORD: 'wrong-one',
          TRIPLINE_KAFKA_SASL: JSON.stringify({mechanism, username: USER}),
        })
        expect([code, stderr]).toEqual([3, expect.stringContaining('refused the login of tripline')])
        expect(stderr).toContain('check kafka.sasl and the password')
        expect(stderr).not.toContain('wrong-one')
      }
    })

    it('refuse who does not log in to Kafka', async () => {
      const {code, stderr} = await run({TRIPLINE_KAFKA_SASL: 'null'})
      expect([code, stderr]).toEqual([3, expect.stringContaining('set kafka.sasl')])
    })

    it('are not trusted under another authority', async () => {
      const other = JSON.stringify({ca: foreign.cert})
      const ofKafka = await run({TRIPLINE_KAFKA_TLS: other})
      expect([ofKafka.code, ofKafka.stderr]).toEqual([3, expect.stringContaining('check kafka.tls')])
      const ofRedis = await run({TRIPLINE_REDIS_TLS: other})
      expect([ofRedis.code, ofRedis.stderr]).toEqual([3, expect.stringMatching(/certificate.*redis\.tls/s)])
    })

    it('say what is missing where TLS is not configured', async () => {
      const {code, stderr} = await run({TRIPLINE_KAFKA_TLS: 'false'})
      expect([code, stderr]).toEqual([3, expect.stringContaining('kafka.tls')])
    })

    it('refuse a wrong password of Redis, with the fix and without the password', async () => {
      const {code, stderr} = await run({TRIPLINE_REDIS_PASSWORD: 'wrong-one'})
      expect([code, stderr]).toEqual([3, expect.stringContaining('set TRIPLINE_REDIS_PASSWORD')])
      expect(stderr).not.toContain('wrong-one')
    })
  },
)
