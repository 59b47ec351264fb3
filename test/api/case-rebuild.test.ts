import {readFile} from 'node:fs/promises'
import {join} from 'node:path'
import {gunzipSync} from 'node:zlib'
import {lastValueFrom} from 'rxjs'
import {expect, test} from 'vitest'
import {EmbeddedBundleStore} from '../../src/adapters/embedded/bundle-store.js'
import {EmbeddedCaseStore} from '../../src/adapters/embedded/case-store.js'
import {EmbeddedDatabase} from '../../src/adapters/embedded/database.js'
import {EmbeddedEventLog} from '../../src/adapters/embedded/event-log.js'
import {MemoryCaseStore} from '../../src/adapters/memory/memory-case-store.js'
import {MemoryEventLog} from '../../src/adapters/memory/memory-event-log.js'
import {MemoryStateStore} from '../../src/adapters/memory/memory-state-store.js'
import {KeptBundles} from '../../src/app/bundle/kept-bundles.js'
import {exportRun} from '../../src/app/export/export-run.js'
import {verifyState} from '../../src/app/state/verify-state.js'
import type {CaseView} from '../../src/core/case/case-view.js'
import type {WallTime} from '../../src/core/event/time.js'
import {scoring} from '../../src/engine/pipeline/scoring.js'
import type {Publisher} from '../../src/engine/port/publisher.js'
import {openPartition} from '../../src/engine/stage/open-partition.js'
import {ApiScene} from './support/api-scene.js'

/** Which alerts and changes a case has; how often its records came is not part of it. */
function meant({revision: _, alerts, ...view}: CaseView): object {
  return {...view, alerts: alerts.map(({revision: _, ...alert}) => alert)}
}

async function casesOf(store: Pick<MemoryCaseStore, 'cases'>): Promise<readonly object[]> {
  return (await store.cases({}, 1_000, undefined)).items.map(meant)
}

/** What a second reading of a service's log makes of cases, in batches of another size. */
async function rebuilt(scene: ApiScene, batchSize: number): Promise<readonly object[]> {
  const database = await EmbeddedDatabase.open(scene.config.dataDir)
  try {
    const clock = {now: () => 0 as WallTime}
    const log = await EmbeddedEventLog.open(database, {clock})
    const again = new MemoryEventLog({clock, batchSize})
    for await (const records of log.between(0, log.end))
      await again.append(
        0,
        records.map(({outcome: _, ...record}) => ({...record, refusal: undefined})),
      )
    again.end()
    const bundles = new KeptBundles(new EmbeddedBundleStore(database))
    const bundleOf = (id: string | undefined) => bundles.inForceAt(id, undefined)
    const store = new MemoryStateStore()
    const cases = new MemoryCaseStore(scene.config.cases.sla)
    const publisher: Publisher = {publish: async (entry) => void (await cases.fold(entry))}
    const partition = await openPartition(0, bundleOf, store, publisher, 1_000)
    again.seek(0, partition.offset)
    await lastValueFrom(
      scoring({
        ...{source: again, store, publisher, clock},
        partitionOf: () => partition,
        bundleOf: async (id) => ({bundle: await bundleOf(id)}),
      }),
    )
    return await casesOf(cases)
  } finally {
    await database.close()
  }
}

test('a second reading of the log gives the same cases, however it is cut', async () => {
  const scene = await ApiScene.begin({
    settings: {'cases.lists': '[{list: blocked_devices, field: device_id, for: 30d}]'},
    lists: true,
  })
  let made = 0
  const pay = (user: string, more: object = {}) =>
    scene.send({transaction_id: `t${++made}`, user_id: user, amount: 2000, device_id: `d-${user}`, ...more})
  const open = async (user: string): Promise<string> => {
    const {body} = await scene.ask(`GET /v1/cases?value=${user}&status=open`, {as: 'ana'})
    return body.items[0].case_id
  }
  const post = (id: string, what: string, body: object) =>
    scene.ask(`POST /v1/cases/${id}/${what}`, {as: 'ana', body})

  for (const user of ['u1', 'u2', 'u3']) await pay(user)
  await pay('u1', {amount: 20_000})
  const first = await open('u1')
  await post(first, 'notes', {text: 'twice within a minute'})
  await post(first, 'close', {verdict: 'fraud'})
  await pay('u1')
  await pay('u1')
  await post(await open('u1'), 'close', {verdict: 'legitimate'})
  await pay('u1')
  await post(await open('u2'), 'assign', {assignee: 'bob'})
  await pay('u2', {device_id: 'd-u1'})
  await scene.stop()

  const database = await EmbeddedDatabase.open(scene.config.dataDir)
  const stored = await casesOf(await EmbeddedCaseStore.open(database, scene.config.cases.sla))
  await database.close()
  expect(stored).toHaveLength(5)
  for (const batchSize of [1, 3, 512]) expect(await rebuilt(scene, batchSize)).toEqual(stored)

  // What people did is part of the log, and of no input: the state and a recording are as without it.
  const clock = {now: () => Date.now() as WallTime}
  const verdict = await verifyState({dataDir: scene.config.dataDir, clock, onProgress: () => undefined})
  expect(verdict.differing).toBe(0)
  const outputDir = join(scene.folder, 'export')
  const exported = await exportRun({
    ...{config: scene.config, outputDir, clock, from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY},
    onProgress: () => undefined,
    onMissingModel: () => undefined,
  })
  expect(exported.complete).toBe(true)
  const lines = gunzipSync(await readFile(join(outputDir, 'events.ndjson.gz'))).toString()
  expect(lines).not.toContain('tripline.cases')
  // Three alerts in the first case; in the second two payments, each large and by a device that is blocked by now.
  expect(lines.match(/"stream":"feedback"/g)).toHaveLength(3 + 4)
  await scene.removeFolder()
})
