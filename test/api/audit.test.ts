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

const activate = async (as: 'lea' | 'leo', body: object = {}) => {
  const {proposal} = (await scene.ask('POST /v1/rules', {as, body})).body
  const other = as === 'lea' ? 'leo' : 'lea'
  return (await scene.ask('POST /v1/rules/proposal/approve', {as: other, body: {id: proposal.id}})).body
}

test('says who proposed, activated and approved which rules, and outlives a restart', async () => {
  await changePolicy()
  const report = await activate('lea')
  const records = [
    {sequence: 3, actor: {name: 'leo'}, action: 'rules.approve', after: null},
    {
      sequence: 2,
      actor: {id: expect.stringMatching(/^key:[0-9a-f]{12}$/), name: 'leo'},
      action: 'rules.activate',
      subject: {type: 'bundle', id: report.bundle},
      before: {bundle: report.previous},
      after: {bundle: report.bundle, backfill: []},
    },
    {sequence: 1, actor: {name: 'lea'}, action: 'rules.propose', after: {bundle: report.bundle}},
  ]
  expect((await audit()).items).toMatchObject(records)
  await scene.restart()
  expect((await audit()).items).toMatchObject(records)
})

test('goes on after a restart, names the folder where nobody asked, and is paged, the newest first', async () => {
  await changePolicy()
  await activate('lea')
  await changePolicyAgain()
  await scene.restart()
  const newest = await audit('?limit=2')
  expect(newest.items).toMatchObject([
    {sequence: 4, actor: {name: 'the rules folder'}},
    {sequence: 3, actor: {name: 'leo'}},
  ])
  const rest = await audit(`?limit=2&cursor=${newest.next_cursor}`)
  expect(rest.items).toMatchObject([{sequence: 2}, {sequence: 1}])
  expect(rest.next_cursor).toBeNull()
  expect((await audit('?cursor=xyz')).code).toBe('invalid_cursor')
})

const changePolicyAgain = () =>
  writeFile(join(scene.folder, 'cep-rules/policy.yaml'), 'schema: tripline/policy/v1\nversion: 2\n')
