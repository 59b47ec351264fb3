import {appendFile, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {afterEach, beforeEach, expect, test} from 'vitest'
import {ApiScene} from './support/api-scene.js'

let scene: ApiScene

beforeEach(async () => {
  scene = await ApiScene.begin()
})
afterEach(() => scene.end())

/** Another bundle: the policy has another fallback. */
const changePolicy = () => appendFile(join(scene.folder, 'cep-rules/policy.yaml'), 'model: {review: 0.7}\n')
const audit = async (query = '') => (await scene.ask(`GET /v1/audit${query}`, {as: 'adam'})).body

test('says who brought which rules into force, and outlives a restart', async () => {
  await changePolicy()
  const {body: report} = await scene.ask('POST /v1/rules', {as: 'lea', body: {}})
  const record = {
    sequence: 1,
    actor: {id: expect.stringMatching(/^key:[0-9a-f]{12}$/), name: 'lea'},
    action: 'rules.activate',
    subject: {type: 'bundle', id: report.bundle},
    before: {bundle: report.previous},
    after: {bundle: report.bundle, backfill: []},
  }
  expect((await audit()).items).toMatchObject([record])
  await scene.restart()
  expect((await audit()).items).toMatchObject([record])
})

test('goes on after a restart, names the folder where nobody asked, and is paged, the newest first', async () => {
  await changePolicy()
  const {body: first} = await scene.ask('POST /v1/rules', {as: 'lea', body: {}})
  await scene.ask('POST /v1/rules', {as: 'leo', body: {bundle: first.previous}})
  await changePolicyAgain()
  await scene.restart()
  const newest = await audit('?limit=2')
  expect(
    newest.items.map(({sequence, actor}: {sequence: number; actor: {name: string}}) => [
      sequence,
      actor.name,
    ]),
  ).toEqual([
    [3, 'the rules folder'],
    [2, 'leo'],
  ])
  const rest = await audit(`?limit=2&cursor=${newest.next_cursor}`)
  expect(rest.items).toMatchObject([{sequence: 1}])
  expect(rest.next_cursor).toBeNull()
  expect((await audit('?cursor=xyz')).code).toBe('invalid_cursor')
})

const changePolicyAgain = () =>
  writeFile(join(scene.folder, 'cep-rules/policy.yaml'), 'schema: tripline/policy/v1\nversion: 2\n')
