import {mkdtemp, readFile, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {gunzipSync} from 'node:zlib'
import {afterAll, beforeAll, describe, expect, it, vi} from 'vitest'
import type {ExportSummary} from '../../src/app/export/export-run.js'
import {tripline, triplineJson} from '../support/process/tripline.js'
import {RecordedScene} from '../support/services/recorded-scene.js'
import {TEST_KAFKA, TEST_REDIS} from '../support/services/test-kafka.js'

describe.skipIf(TEST_KAFKA === undefined || TEST_REDIS === undefined)(
  'export of a cluster',
  {timeout: 240_000},
  () => {
    let scene: RecordedScene
    let folder: string

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'tripline-cluster-export-'))
      scene = await RecordedScene.prepare()
    }, 240_000)
    afterAll(async () => {
      await scene.dispose()
      await rm(folder, {recursive: true, force: true})
    })

    it('can be replayed, and the replay says what the workers said', async () => {
      await scene.run(async ({start, done, topics}) => {
        const worker = start()
        await done(1)
        const {transactions} = scene
        await vi.waitUntil(
          async () => (await worker.ledger()).total.transactions?.in === transactions,
          60_000,
        )
        const env = {
          TRIPLINE_PROFILE: 'cluster',
          TRIPLINE_NAMESPACE: topics.namespace,
          TRIPLINE_KAFKA_BROKERS: TEST_KAFKA ?? '',
          TRIPLINE_REDIS_URL: TEST_REDIS ?? '',
        }
        const out = join(folder, 'export')
        const exported = await triplineJson<ExportSummary>(['export', '--out', out], {env})
        expect(exported).toMatchObject({complete: true, decisions: expect.any(Number)})
        const lines = gunzipSync(await readFile(join(out, 'events.ndjson.gz'))).toString()
        const named = new Set([...lines.matchAll(/"partition":(\d+)/g)].map(([, number]) => number))
        expect([...named].sort()).toEqual(['0', '1', '2', '3'])
        const {stdout} = await tripline([
          ...['replay', '--input', join(out, 'events.ndjson.gz'), '--bundle', join(out, 'bundle'), '--json'],
          ...['--out', join(folder, 'replayed'), '--compare', join(out, 'emitted')],
        ])
        const {compare} = JSON.parse(stdout) as {readonly compare: unknown}
        expect(compare).toMatchObject({equal: true, alerts: {same: exported.alerts}})
      })
    })
  },
)
