import {readFile, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {afterEach, beforeEach, describe, expect, test} from 'vitest'
import {ApiScene, type Person} from './support/api-scene.js'

let scene: ApiScene

beforeEach(async () => {
  scene = await ApiScene.begin()
})
afterEach(() => scene.end())

const ask = (mode: string, as: Person = 'lea', rule = 'large') =>
  scene.ask(`POST /v1/rules/${rule}/mode`, {as, body: {mode}})
const approve = (id: string, as: Person = 'leo') =>
  scene.ask('POST /v1/rules/proposal/approve', {as, body: {id}})
const running = async () => (await scene.ask('GET /v1/rules', {as: 'ana'})).body
const modeOf = async (rule = 'large') => {
  const {rules} = await running()
  return rules.find(({id}: {id: string}) => id === rule)?.mode ?? 'off'
}
async function switchTo(mode: string): Promise<void> {
  const {body} = await ask(mode)
  expect((await approve(body.proposal.id)).status).toBe(200)
}

/** Changes a file of the rules folder, and has it approved. */
async function changeFolder(path: string, change: (text: string) => string): Promise<void> {
  const file = join(scene.folder, 'cep-rules', path)
  await writeFile(file, change(await readFile(file, 'utf8')))
  const {body} = await scene.ask('POST /v1/rules', {as: 'lea'})
  expect((await approve(body.proposal.id)).status).toBe(200)
}

describe('the mode of a rule', () => {
  test('changes when somebody else approves it, and needs no new version', async () => {
    const {status, body} = await ask('shadow')
    expect([status, body.proposal.mode]).toEqual([202, {rule: 'large', version: 1, mode: 'shadow'}])
    expect(await modeOf()).toBe('live')
    expect((await approve(body.proposal.id, 'lea')).body.code).toBe('own_proposal')
    expect((await approve(body.proposal.id)).body.bundle).toBe(body.proposal.bundle)
    expect(await modeOf()).toBe('shadow')
    await scene.send({transaction_id: 't1', user_id: 'u1', amount: 2000})
    const alert = await scene.alertOn('t1')
    expect((await scene.ask(`GET /v1/alerts/${alert}`, {as: 'ana'})).body.mode).toBe('shadow')
  })

  test('off and back again', async () => {
    await switchTo('off')
    expect(await modeOf()).toBe('off')
    await scene.send({transaction_id: 't1', user_id: 'u1', amount: 2000})
    await switchTo('live')
    expect(await modeOf()).toBe('live')
    await scene.send({transaction_id: 't2', user_id: 'u1', amount: 2000})
    const {items} = (await scene.ask('GET /v1/alerts', {as: 'ana'})).body
    expect(items.map(({anchor}: {anchor: {id: string}}) => anchor.id)).toEqual(['t2'])
  })

  test('stays over a restart and over changes of other files, until the rule has a new version', async () => {
    await switchTo('off')
    await scene.restart()
    expect(await modeOf()).toBe('off')
    await changeFolder('policy.yaml', (text) => text.replace('version: 1', 'version: 2'))
    expect(await modeOf()).toBe('off')
    await changeFolder('rules/large.yaml', (text) =>
      text.replace('version: 1', 'version: 2').replace('1000.0', '1500.0'),
    )
    expect(await modeOf()).toBe('live')
  })

  test('is not approved for another version than was looked at', async () => {
    const {proposal} = (await ask('off')).body
    const rule = join(scene.folder, 'cep-rules/rules/large.yaml')
    await writeFile(rule, (await readFile(rule, 'utf8')).replace('version: 1', 'version: 2'))
    await scene.service.parts.rules.folderMayHaveChanged()
    expect((await approve(proposal.id)).body.code).toBe('proposal_outdated')
    expect(await modeOf()).toBe('live')
  })

  test('a former bundle has the modes that it had', async () => {
    const former = (await running()).bundle
    await switchTo('off')
    const {body} = await scene.ask('POST /v1/rules', {as: 'lea', body: {bundle: former}})
    await approve(body.proposal.id)
    expect([await modeOf(), (await running()).bundle]).toEqual(['live', former])
    await scene.service.parts.rules.folderMayHaveChanged()
    expect((await running()).bundle).toBe(former)
  })

  test('is not for everybody, nor for what is not there', async () => {
    expect((await ask('off', 'ana')).body.code).toBe('forbidden')
    expect((await ask('off', 'shop')).body.code).toBe('forbidden')
    expect((await ask('loud')).body.code).toBe('bad_request')
    expect((await ask('off', 'lea', 'nowhere')).body.code).toBe('rules_refused')
    expect((await scene.ask('GET /v1/rules/proposal', {as: 'ana'})).body.proposal).toBeNull()
  })
})

test('without keys a mode changes at once', async () => {
  const open = await ApiScene.begin({withoutKeys: true})
  const {status, body} = await open.ask('POST /v1/rules/large/mode', {body: {mode: 'off'}})
  expect([status, body.removed]).toEqual([200, [{id: 'large', version: 1}]])
  await open.end()
})
