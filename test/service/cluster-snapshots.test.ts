import {cp, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {Redis} from 'ioredis'
import {afterAll, beforeAll, describe, expect, it, vi} from 'vitest'
import type {ActivationReport} from '../../src/adapters/http/rules-service.js'
import type {StateVerdict} from '../../src/app/state/verify-state.js'
import type {AlertRecord} from '../../src/core/decision/records.js'
import {PROJECT} from '../support/process/built-program.js'
import {tripline, triplineJson} from '../support/process/tripline.js'
import {RecordedScene} from '../support/services/recorded-scene.js'
import {TEST_KAFKA, TEST_REDIS} from '../support/services/test-kafka.js'
import {topicContents} from '../support/services/topic-contents.js'

const PARTITIONS = [0, 1, 2, 3]

/** All keys of a pattern at once, as a flush does: other suites use the same Redis. */
const FORGET = `for _, key in ipairs(redis.call('KEYS', ARGV[1])) do redis.call('DEL', key) end`

describe.skipIf(TEST_KAFKA === undefined || TEST_REDIS === undefined)(
  'a state that is lost, of which there are snapshots',
  {timeout: 300_000},
  () => {
    let scene: RecordedScene
    let dir: string

    beforeAll(async () => {
      dir = await mkdtemp(join(tmpdir(), 'tripline-snapshots-'))
      scene = await RecordedScene.prepare()
    }, 400_000)
    afterAll(async () => {
      await scene.dispose()
      await rm(dir, {recursive: true, force: true})
    })

    it('is built from the newest that is whole, and the log after it', async () => {
      await scene.run(async ({start, done, topics}) => {
        const env = {TRIPLINE_SNAPSHOTS_DIR: dir, TRIPLINE_SNAPSHOTS_EVERY: '1s'}
        const first = start(env)
        const snapshotsOf = async (partition: number) => {
          const folder = join(dir, topics.namespace, '1', String(partition))
          const names = await readdir(folder).catch(() => [])
          const whole = names.filter((name) => name.endsWith('.snapshot.gz')).sort()
          return whole.reverse().map((name) => join(folder, name))
        }
        await done(0.4)
        await vi.waitUntil(async () => {
          const taken = await Promise.all(PARTITIONS.map(snapshotsOf))
          return taken.every(({length}) => length === 2)
        }, 60_000)
        await first.end('SIGKILL')
        // Rules that no snapshot knows: they say the same, under another title.
        const cluster = {
          TRIPLINE_PROFILE: 'cluster',
          TRIPLINE_NAMESPACE: topics.namespace,
          TRIPLINE_KAFKA_BROKERS: TEST_KAFKA ?? '',
          TRIPLINE_REDIS_URL: TEST_REDIS ?? '',
        }
        const rules = await retitledRules(join(dir, 'rules'))
        const activate = ['rules', 'activate', '--rules', rules, '--json']
        const {bundle} = await triplineJson<ActivationReport>(activate, {env: cluster})

        const [newest0] = await snapshotsOf(0)
        await cutShort(newest0)
        for (const path of await snapshotsOf(1)) await cutShort(path)
        const redis = new Redis(TEST_REDIS ?? '')
        await redis.eval(FORGET, 0, `*${topics.namespace}*`)
        redis.disconnect()

        const second = start(env)
        const said = (what: string) => second.logLines().filter(({msg}) => msg?.includes(what))
        const partitionsThat = (what: string) =>
          [...new Set(said(what).map(({partition}) => partition))].sort()
        await vi.waitUntil(() => partitionsThat('records were news').length === 4, 150_000)
        expect(partitionsThat('is that of the snapshot of')).toEqual([0, 2, 3])
        expect(said('is passed over').map(({partition}) => partition)).toEqual(
          expect.arrayContaining([0, 1, 1]),
        )
        await done(1)
        const readAll = async () => (await second.ledger()).total.transactions?.in === scene.transactions
        await vi.waitUntil(readAll, 60_000)
        const metrics = await (await fetch(`${await second.url()}/metrics`)).text()
        const read = said('records were read').reduce((sum, line) => sum + (line.read as number), 0)
        expect(metrics).toContain(`tripline_building_records_total ${read}`)
        expect(metrics).toMatch(/^tripline_exchange_parcels_total\{direction="in"\} [1-9]/m)
        const inForce = await (await fetch(`${await second.url()}/v1/rules`)).json()
        expect(inForce).toMatchObject({bundle})
        // The last batch is counted before it is published.
        await vi.waitFor(async () => {
          const listed = await listedAlerts(await second.url())
          const published = await topicContents<AlertRecord>(topics.kafka, topics.names.alerts)
          expect(listed).toEqual(new Set(published.map(({alert_id}) => alert_id)))
        }, 30_000)
        const verified = await tripline(['state', 'verify', '--json'], {env: cluster})
        const {differences} = JSON.parse(verified.stdout) as StateVerdict
        expect(differences).toEqual([])
      })
    })
  },
)

/** The ids of all alerts that a worker lists. */
async function listedAlerts(url: string): Promise<ReadonlySet<string>> {
  const ids = new Set<string>()
  for (let cursor: string | null = ''; cursor !== null; ) {
    const query = cursor === '' ? 'limit=100' : `limit=100&cursor=${encodeURIComponent(cursor)}`
    const page = (await (await fetch(`${url}/v1/alerts?${query}`)).json()) as AlertsPage
    for (const {alert_id} of page.items) ids.add(alert_id)
    cursor = page.next_cursor
  }
  return ids
}

interface AlertsPage {
  readonly items: readonly AlertRecord[]
  readonly next_cursor: string | null
}

async function retitledRules(folder: string): Promise<string> {
  await cp(join(PROJECT, 'cep-rules'), folder, {recursive: true})
  const names = await readdir(folder, {recursive: true})
  const file = join(folder, names.find((name) => name.endsWith('refund-burst-at-merchant.yaml')) ?? '')
  const text = await readFile(file, 'utf8')
  await writeFile(file, text.replace(/^title: .*$/m, 'title: Many refunds'))
  return folder
}

async function cutShort(path: string | undefined): Promise<void> {
  const {size} = await stat(path ?? '')
  await truncate(path ?? '', Math.floor(size / 2))
}
