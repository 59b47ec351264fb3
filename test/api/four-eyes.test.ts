import {appendFile, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {afterEach, beforeEach, describe, expect, test} from 'vitest'
import {newKey} from '../../src/app/auth/api-key.js'
import {readKeyFile, writeKeyFile} from '../../src/app/auth/key-file.js'
import type {WallTime} from '../../src/core/event/time.js'
import {ApiScene, type Person} from './support/api-scene.js'

let scene: ApiScene

beforeEach(async () => {
  scene = await ApiScene.begin()
  await appendFile(join(scene.folder, 'cep-rules/policy.yaml'), 'model: {review: 0.7}\n')
})
afterEach(() => scene.end())

const inForce = async () => (await scene.ask('GET /v1/rules', {as: 'ana'})).body.bundle
const waiting = async () => (await scene.ask('GET /v1/rules/proposal', {as: 'ana'})).body.proposal
const propose = (as: Person, body: object = {}) => scene.ask('POST /v1/rules', {as, body})
const approve = (as: Person, id: string) => scene.ask('POST /v1/rules/proposal/approve', {as, body: {id}})

describe('a change of the rules', () => {
  test('comes into force when somebody else approves it', async () => {
    const before = await inForce()
    const {status, body} = await propose('lea')
    expect([status, body.proposal.proposed_by.name]).toEqual([202, 'lea'])
    expect(await inForce()).toBe(before)
    expect(await waiting()).toEqual(body.proposal)
    const approved = await approve('leo', body.proposal.id)
    expect([approved.status, approved.body.bundle]).toEqual([200, body.proposal.bundle])
    expect(await inForce()).toBe(body.proposal.bundle)
    expect(await waiting()).toBeNull()
  })

  test('is not approved by whoever proposed it, nor under another key of the same name', async () => {
    const {proposal} = (await propose('lea')).body
    expect((await approve('lea', proposal.id)).body.code).toBe('own_proposal')
    const request = {
      name: 'lea',
      roles: ['admin'],
      lifetime: 60_000,
      ratePerSecond: undefined,
      createdBy: 'x',
    } as const
    const {key, stored} = newKey(request, Date.now() as WallTime)
    await writeKeyFile(scene.keyFile, [...((await readKeyFile(scene.keyFile)) ?? []), stored])
    const second = () =>
      scene.ask('POST /v1/rules/proposal/approve', {
        body: {id: proposal.id},
        headers: {authorization: `Bearer ${key}`},
      })
    await expect.poll(async () => (await second()).body.code, {timeout: 3_000}).toBe('own_proposal')
    expect(await waiting()).not.toBeNull()
  })

  test('is not a reviewer’s or a program’s to propose or to approve', async () => {
    const {proposal} = (await propose('lea')).body
    for (const as of ['ana', 'shop'] as const) {
      expect((await propose(as)).body.code).toBe('forbidden')
      expect((await approve(as, proposal.id)).body.code).toBe('forbidden')
    }
    expect((await approve('adam', proposal.id)).status).toBe(200)
  })

  test('that was not looked at is not approved: the folder changed meanwhile', async () => {
    const {proposal} = (await propose('lea')).body
    const before = await inForce()
    await writeFile(join(scene.folder, 'cep-rules/policy.yaml'), 'schema: tripline/policy/v1\nversion: 9\n')
    expect((await approve('leo', proposal.id)).body.code).toBe('proposal_outdated')
    expect(await inForce()).toBe(before)
  })

  test('that has faults is not even proposed', async () => {
    await writeFile(join(scene.folder, 'cep-rules/rules/large.yaml'), 'schema: tripline/rule/v1\nid: large\n')
    const {status, body} = await propose('lea')
    expect([status, body.code]).toEqual([422, 'rules_refused'])
    expect(body.faults.length).toBeGreaterThan(1)
    expect(await waiting()).toBeNull()
  })

  test('can be withdrawn, and a newer one takes its place', async () => {
    const first = (await propose('lea')).body.proposal
    const second = (await propose('adam')).body.proposal
    expect((await approve('leo', first.id)).body.code).toBe('unknown_proposal')
    const withdraw = await scene.ask('DELETE /v1/rules/proposal', {as: 'leo', body: {id: second.id}})
    expect(withdraw.status).toBe(204)
    expect(await waiting()).toBeNull()
    expect((await approve('leo', second.id)).body.code).toBe('unknown_proposal')
  })

  test('back to a former bundle goes the same way', async () => {
    const former = await inForce()
    await approve('leo', (await propose('lea')).body.proposal.id)
    const {proposal} = (await propose('lea', {bundle: former})).body
    expect(proposal).toMatchObject({bundle: former, is_former: true})
    expect((await approve('leo', proposal.id)).status).toBe(200)
    expect(await inForce()).toBe(former)
    expect((await propose('lea', {bundle: 'f'.repeat(32)})).body.code).toBe('unknown_bundle')
  })

  test('of two people who approve at a time brings it into force once', async () => {
    const {proposal} = (await propose('lea')).body
    const both = await Promise.all([approve('leo', proposal.id), approve('adam', proposal.id)])
    expect(both.map(({status}) => status).sort()).toEqual([200, 404])
  })
})

test('without keys there is nobody else, and rules come into force at once', async () => {
  const open = await ApiScene.begin({withoutKeys: true})
  try {
    await appendFile(join(open.folder, 'cep-rules/policy.yaml'), 'model: {review: 0.7}\n')
    const {status, body} = await open.ask('POST /v1/rules', {body: {}})
    expect([status, typeof body.activated_at]).toEqual([200, 'string'])
  } finally {
    await open.end()
  }
})
