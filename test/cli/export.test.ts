import {readFile} from 'node:fs/promises'
import {join} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'
import {afterEach, beforeAll, beforeEach, expect, test} from 'vitest'
import {type TemporaryFolder, temporaryFolder} from '../conformance/temporary-folder.js'
import {ensureBuilt} from '../support/process/built-program.js'
import {STAGES, writeStage} from '../support/process/reload-rules.js'
import {ReloadScene, trafficAroundNow} from '../support/process/reload-scene.js'
import {getLedger} from '../support/process/service-answers.js'
import {tripline} from '../support/process/tripline.js'

const SEED = 5

let folder: TemporaryFolder
let scene: ReloadScene

beforeAll(ensureBuilt, 90_000)

beforeEach(async () => {
  folder = await temporaryFolder()
  scene = await ReloadScene.in(folder.path, 'event_time: {allowed_lateness: 30s, idle_timeout: 5s}\n')
})

afterEach(async () => {
  await scene.service?.end('SIGKILL')
  await folder.remove()
})

test('a service under load, its rules changed while it runs and while it is down, killed: a replay of its export says exactly what it said', async () => {
  const load = trafficAroundNow(SEED)
  scene.start()
  const client = scene.client(load, SEED)
  const delivered = client.run()
  const share = async (part: number) => {
    while (client.acknowledged < load.size * part) await sleep(2)
  }

  await share(0.3)
  await writeStage(scene.rules, 1)
  const [first] = await scene.activations(1)
  expect(first).toMatchObject({
    added: [{id: 'online', version: 1}],
    changed: [
      {id: 'busy-merchant', from: 1, to: 2},
      {id: 'many', from: 1, to: 2},
    ],
    removed: [{id: 'large', version: 1}],
  })
  const backfilled = await tripline([
    ...['rules', 'activate', '--data-dir', scene.dataDir, ...scene.folders],
    ...['--backfill', 'many', 'busy-merchant'],
  ])
  expect(backfilled).toMatchObject({code: 0, stderr: ''})
  expect(backfilled.stdout).toContain('many looks at every anchor since')

  await share(0.6)
  await scene.service.end('SIGKILL')
  await writeStage(scene.rules, 2)
  scene.start()
  await delivered
  expect(await scene.activations(1)).toHaveLength(1)
  const {total} = await getLedger(await scene.url())
  expect(total.transactions?.late).toBeGreaterThan(0)
  // In silence, deadlines are reached by the clock: the export says how far.
  await sleep(6_000)
  expect(await scene.service.end('SIGTERM')).toMatchObject({code: 0})

  const {exported, replayed, out} = await scene.replayOfExport()
  expect(exported.complete).toBe(true)
  expect(exported.bundles).toHaveLength(STAGES.length)
  expect(replayed.compare).toMatchObject({equal: true, alerts: {same: exported.alerts}})
  expect(replayed.ledger).toEqual(total)

  const emitted = (await readFile(join(out, 'emitted', 'alerts.final.ndjson'), 'utf8')).trim().split('\n')
  const versions = new Set(
    emitted.map((line) => {
      const {rule} = JSON.parse(line) as {rule: {id: string; version: number}}
      return `${rule.id}@${rule.version}`
    }),
  )
  process.stdout.write(`${load.size} events, ${emitted.length} alerts by ${[...versions].sort().join(' ')}\n`)
  for (const each of ['large@1', 'large@2', 'many@1', 'many@2', 'busy-merchant@2', 'no-fix@1', 'online@1'])
    expect([...versions]).toContain(each)
}, 120_000)
