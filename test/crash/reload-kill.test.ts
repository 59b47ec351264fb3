import {setTimeout as sleep} from 'node:timers/promises'
import {afterEach, beforeAll, beforeEach, expect, test} from 'vitest'
import {SeededRandom} from '../../src/simulation/seeded-random.js'
import {type TemporaryFolder, temporaryFolder} from '../conformance/temporary-folder.js'
import {ensureBuilt} from '../support/process/built-program.js'
import {STAGES, writeStage} from '../support/process/reload-rules.js'
import {ReloadScene, trafficAroundNow} from '../support/process/reload-scene.js'
import {getLedger, inputsOf} from '../support/process/service-answers.js'
import {startTripline} from '../support/process/tripline.js'

const SEED = 8

/** What is asked of the service when it is killed, and how long after (ms). The watch takes a second or two to see a change. */
const KILLS = [
  {stage: 1, activate: false, within: [1_000, 2_500]},
  {stage: 1, activate: true, within: [0, 1_500]},
  {stage: 2, activate: true, within: [300, 1_500]},
  {stage: 2, activate: false, within: [0, 300]},
] as const

let folder: TemporaryFolder
let scene: ReloadScene

beforeAll(ensureBuilt, 90_000)

beforeEach(async () => {
  folder = await temporaryFolder()
  // What a retry delays must not be late, or the answers would depend on the kills.
  scene = await ReloadScene.in(folder.path, 'event_time: {allowed_lateness: 1d, idle_timeout: 1d}\n')
})

afterEach(async () => {
  await scene.service?.end('SIGKILL')
  await folder.remove()
})

test(`run under load, killed ${KILLS.length} times around changes of its rules: nothing acknowledged is lost, and a replay says the same`, async () => {
  const random = new SeededRandom(SEED, 'kills')
  const load = trafficAroundNow(SEED)
  scene.start()
  const client = scene.client(load, SEED)
  const delivered = client.run()
  const told: string[] = []
  for (const [i, {stage, activate, within}] of KILLS.entries()) {
    while (client.acknowledged < (load.size * (i + 1)) / (KILLS.length + 2)) await sleep(2)
    await writeStage(scene.rules, stage)
    const asking = activate
      ? startTripline(['rules', 'activate', '--data-dir', scene.dataDir, '--backfill', 'many'])
      : undefined
    const delay = random.between(within[0], within[1])
    await sleep(delay)
    const seen = scene.service.logLines().filter(({msg}) => msg === 'rules activated').length
    await scene.service.end('SIGKILL')
    asking?.kill('SIGKILL')
    told.push(`stage ${stage} +${Math.round(delay)}ms, ${seen} activations seen`)
    scene.start()
  }
  await delivered
  const url = await scene.url()
  const rules = (await (await fetch(`${url}/v1/rules`)).json()) as {rules: {id: string; version: number}[]}
  expect(rules.rules.map(({id, version}) => `${id}@${version}`)).toEqual([
    'far-from-phone@1',
    'large@2',
    'many@2',
    'online@1',
    'risky-merchant@1',
  ])
  const {total, balanced} = await getLedger(url)
  expect(balanced).toBe(true)
  expect(await scene.service.end('SIGTERM')).toEqual({code: 0, signal: null})
  expect(client.wrongAnswers).toEqual([])
  expect(client.acknowledged).toBe(load.size)
  for (const [stream, count] of load.distinct) expect(total[stream]?.accepted).toBe(count)

  const {exported, replayed} = await scene.replayOfExport()
  expect(exported).toMatchObject({complete: true, events: inputsOf(total)})
  expect(exported.bundles).toHaveLength(STAGES.length)
  expect(replayed.compare).toMatchObject({equal: true, alerts: {same: exported.alerts}})
  expect(replayed.ledger).toEqual(total)
  process.stdout.write(
    `${told.join('; ')}; ${client.retries} requests sent again, ${exported.alerts} alerts\n`,
  )
}, 120_000)
