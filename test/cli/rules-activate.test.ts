import {writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'
import {afterEach, beforeAll, beforeEach, describe, expect, test} from 'vitest'
import {stringify} from 'yaml'
import type {ActivationReport, RunningRules} from '../../src/adapters/http/rules-service.js'
import {type TemporaryFolder, temporaryFolder} from '../conformance/temporary-folder.js'
import {ensureBuilt} from '../support/process/built-program.js'
import {ReloadScene} from '../support/process/reload-scene.js'
import {tripline, triplineJson} from '../support/process/tripline.js'

const MINUTE_MS = 60_000

let folder: TemporaryFolder
let scene: ReloadScene

beforeAll(ensureBuilt, 90_000)

beforeEach(async () => {
  folder = await temporaryFolder()
})

afterEach(async () => {
  await scene?.service?.end('SIGKILL')
  await folder.remove()
})

/** A service that does not watch its folder, unless it is told to. */
async function sceneWith(settings = 'rules: {watch: false}\n'): Promise<void> {
  scene = await ReloadScene.in(folder.path, settings)
}

async function running(): Promise<RunningRules> {
  const answer = await fetch(`${await scene.url()}/v1/rules`)
  return (await answer.json()) as RunningRules
}

const versionsOf = ({rules}: RunningRules) => rules.map(({id, version}) => `${id}@${version}`)

const inDataDir = (...args: string[]) => ['rules', 'activate', '--data-dir', scene.dataDir, ...args]

const activate = (...args: string[]) => tripline(inDataDir(...scene.folders, ...args))

async function writeRule(id: string, version: number, rest: object): Promise<void> {
  const header = {schema: 'tripline/rule/v1', severity: 'low', action: 'review', score: 20, key: 'user_id'}
  await writeFile(join(scene.rules, `${id}.yaml`), stringify({...header, id, version, title: id, ...rest}))
}

const over = (amount: number) => ({
  match: {event: {as: 'tx', stream: 'transactions'}, when: `tx.amount_usd > ${amount}.0`},
})

const FIRST_RULES = ['busy-merchant@1', 'large@1', 'many@1', 'no-fix@1']

describe('with a running service', () => {
  test('says what changed and from when each rule is exact; the service shows the same', async () => {
    await sceneWith()
    scene.start()
    const before = await running()
    expect(versionsOf(before)).toEqual(FIRST_RULES)
    expect(before).toMatchObject({activated_at: null, refused: null})
    expect(before.rules[0]).toMatchObject({mode: 'live', since: null, exact_from: null})

    const count = {match: {window: {as: 'tx', stream: 'transactions', span: '5m'}, having: 'count() >= 4'}}
    await writeRule('busy-device', 1, {key: 'device_id', mode: 'shadow', ...count})
    await writeRule('large', 2, over(500))
    const report = await triplineJson<ActivationReport>(inDataDir('--backfill', 'large'))
    const since = report.activated_at as string
    const later = new Date(Date.parse(since) + 5 * MINUTE_MS).toISOString()
    expect(report).toMatchObject({
      previous: before.bundle,
      added: [{id: 'busy-device', version: 1, since}],
      changed: [{id: 'large', from: 1, to: 2}],
      removed: [],
      backfilled: [{id: 'large', version: 2}],
    })
    // No histories by device were kept until now; no event could be in them from more than five minutes ahead.
    const exact = Date.parse(report.added[0]?.exact_from as string)
    expect(exact).toBeGreaterThanOrEqual(Date.parse(since))
    expect(exact).toBeLessThanOrEqual(Date.parse(later) + 5 * MINUTE_MS)
    const after = await running()
    expect(after.bundle).toBe(report.bundle)
    expect(after.activated_at).toBe(since)
    expect(after.rules.find(({id}) => id === 'busy-device')).toMatchObject({mode: 'shadow', since})
    expect(after.rules.find(({id}) => id === 'many')).toMatchObject({since: null})

    expect(await activate()).toMatchObject({
      code: 0,
      stdout: `nothing differs from what is in force: bundle ${report.bundle}\n`,
    })
  }, 40_000)

  test('refuses what is faulty, all of it, and leaves the rules in force', async () => {
    await sceneWith()
    scene.start()
    const before = await running()
    await writeRule('large', 1, over(500))
    await writeRule('many', 2, {match: {event: {as: 'tx', stream: 'transactions'}, when: 'tx.amuont > 1.0'}})
    await writeRule('typo', 1, {match: {event: {as: 'tx', stream: 'transactoins'}}})
    const faulty = await activate()
    expect(faulty).toMatchObject({code: 2, stdout: ''})
    expect(faulty.stderr).toMatch(/typo\.yaml:\d+:\d+: no stream is called "transactoins"; did you mean/)

    await writeRule('typo', 1, over(7))
    const unraised = await activate()
    expect(unraised.code).toBe(2)
    expect(unraised.stderr).toMatch(
      /large\.yaml:7:10: the rule has changed since version 1; write version: 2/,
    )
    expect(await running()).toEqual(before)

    await writeRule('large', 2, over(500))
    const unknown = await activate('--backfill', 'larg')
    expect(unknown).toMatchObject({code: 2})
    expect(unknown.stderr).toContain('backfill: no running rule is called "larg"; did you mean large?')
    const elsewhere = await tripline(inDataDir('--rules', folder.path))
    expect(elsewhere).toMatchObject({code: 2})
    expect(elsewhere.stderr).toContain(`the running service reads ${scene.rules}`)
    expect(await running()).toEqual(before)
  }, 40_000)

  test('takes an earlier bundle back, which stays in force after a restart, until the folder changes', async () => {
    await sceneWith()
    scene.start()
    const {bundle: first} = await running()
    await writeRule('large', 2, over(500))
    expect(await activate()).toMatchObject({code: 0})
    const back = await activate('--bundle', first)
    expect(back.stdout).toContain('changed large from version 2 to 1: exact at once')
    const none = await activate('--bundle', '0'.repeat(32))
    expect(none).toMatchObject({code: 2})
    expect(none.stderr).toContain(`known are`)

    await scene.service.end('SIGTERM')
    scene.start()
    expect(versionsOf(await running())).toEqual(FIRST_RULES)

    await writeRule('large', 2, over(600))
    const reused = await activate()
    expect(reused).toMatchObject({code: 2})
    expect(reused.stderr).toContain(
      'version 2 was in force before and meant something else; write version: 3',
    )
    await scene.service.end('SIGTERM')
    await writeRule('large', 3, over(600))
    scene.start()
    await scene.activations(1)
    expect(versionsOf(await running())).toContain('large@3')
  }, 60_000)
})

describe('a service that watches its folder', () => {
  test('activates changes by itself, and says why it does not', async () => {
    await sceneWith('rules: {watch: true}\n')
    scene.start()
    await running()
    await writeRule('large', 1, over(500))
    const refused = async () => {
      for (;;) {
        const line = scene.service.logLines().find(({msg}) => String(msg).startsWith('rules refused'))
        if (line !== undefined) return line
        await sleep(20)
      }
    }
    expect((await refused()).faults).toEqual([
      expect.stringMatching(/large\.yaml:7:10: the rule has changed since version 1; write version: 2/),
    ])
    const {refused: shown, rules} = await running()
    expect(shown?.faults).toHaveLength(1)
    expect(rules.find(({id}) => id === 'large')).toMatchObject({version: 1})

    await writeRule('large', 2, over(500))
    const [line] = await scene.activations(1)
    expect(line).toMatchObject({changed: [{id: 'large', from: 1, to: 2}]})
    expect(await running()).toMatchObject({refused: null})
  }, 40_000)
})

describe('without a service', () => {
  test('puts the rules into force for the next start, which changes nothing more', async () => {
    await sceneWith()
    const nothing = await activate()
    expect(nothing).toMatchObject({code: 2, stdout: ''})
    expect(nothing.stderr).toContain('no rules were ever in force in this data directory')

    scene.start()
    await running()
    await scene.service.end('SIGTERM')
    await writeRule('large', 2, over(500))
    const report = await triplineJson<ActivationReport>(inDataDir(...scene.folders))
    expect(report).toMatchObject({changed: [{id: 'large', from: 1, to: 2}]})
    scene.start()
    expect(await running()).toMatchObject({bundle: report.bundle, activated_at: report.activated_at})
    expect(scene.service.logLines().some(({msg}) => msg === 'rules activated')).toBe(false)
  }, 40_000)

  test('a start with a folder that is faulty goes on with the rules that were in force', async () => {
    await sceneWith()
    scene.start()
    await running()
    await scene.service.end('SIGTERM')
    await writeFile(join(scene.rules, 'broken.yaml'), 'schema: [')
    scene.start()
    const {rules, refused} = await running()
    expect(rules.map(({id}) => id)).toContain('large')
    expect(refused?.faults.join('\n')).toContain('broken.yaml')
  }, 40_000)
})
