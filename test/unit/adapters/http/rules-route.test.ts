import {describe, expect, it} from 'vitest'
import {activationReportSchema, runningRulesSchema} from '../../../../src/adapters/http/rules-route.js'
import {expectProblem} from './expect-problem.js'
import {fakeServer} from './fake-services.js'

const LOCAL_ACTOR = {id: 'local', name: 'this machine'}
const json = {'content-type': 'application/json'}

it('shows the rules in force, since when they look, from when they are exact, and what they did', async () => {
  const {app, rules} = fakeServer()
  const answer = await app.inject('/v1/rules')
  expect(answer.statusCode).toBe(200)
  expect(runningRulesSchema.parse(answer.json())).toEqual(rules.running())
})

describe('activating rules', () => {
  const post = (payload?: string, headers: {[name: string]: string} = json) => {
    const server = fakeServer()
    const request = {method: 'POST', url: '/v1/rules', headers} as const
    const answered = server.app.inject(
      payload === undefined ? {...request, headers: {}} : {...request, payload},
    )
    return answered.then((answer) => ({answer, rules: server.rules}))
  }

  it.each([undefined, '', '{}', ' {"backfill": []} '])(
    'takes what the folder holds where nothing else is said: %o',
    async (payload) => {
      const {answer, rules} = await post(payload)
      expect(answer.statusCode).toBe(200)
      expect(activationReportSchema.parse(answer.json())).toEqual(rules.report)
      expect(rules.asked).toEqual([{by: LOCAL_ACTOR, backfill: []}])
    },
  )

  it('takes rules to be backfilled', async () => {
    const {rules} = await post('{"backfill": ["geo-jump", "burst"]}')
    expect(rules.asked).toEqual([{by: LOCAL_ACTOR, backfill: ['geo-jump', 'burst']}])
  })

  it('takes a bundle from before', async () => {
    const {app, rules} = fakeServer()
    const bundle = 'c'.repeat(32)
    rules.known = [bundle]
    const payload = JSON.stringify({bundle})
    const answer = await app.inject({method: 'POST', url: '/v1/rules', headers: json, payload})
    expect(answer.statusCode).toBe(200)
    expect(rules.asked).toEqual([{by: LOCAL_ACTOR, bundle, backfill: []}])
  })

  it('says which bundles there are where there is none of that id', async () => {
    const payload = JSON.stringify({bundle: 'd'.repeat(32)})
    const {answer} = await post(payload)
    expectProblem(answer, 'unknown_bundle')
    expect(answer.json().detail).toContain('there is no bundle dddd')
  })

  it('answers with every fault of a folder that cannot be activated', async () => {
    const {app, rules} = fakeServer()
    rules.faults = ['a.yaml:3:10: wrong; mend it', 'b.yaml:1:1: wrong, too; mend it']
    const answer = await app.inject({method: 'POST', url: '/v1/rules'})
    expectProblem(answer, 'rules_refused')
    expect(answer.json().faults).toEqual(rules.faults)
  })

  it.each([
    ['{', 'bad_json'],
    ['[]', 'bad_request'],
    ['{"bundel": "x"}', 'bad_request'],
    ['{"bundle": "x"}', 'bad_request'],
    ['{"backfill": "geo-jump"}', 'bad_request'],
    ['{"backfill": [""]}', 'bad_request'],
  ] as const)('refuses a body that it does not understand: %s', async (payload, code) => {
    const {answer, rules} = await post(payload)
    expectProblem(answer, code)
    expect(rules.asked).toEqual([])
  })

  it('refuses what a foreign page asks for', async () => {
    const {answer, rules} = await post('{}', {...json, origin: 'https://evil.example'})
    expectProblem(answer, 'forbidden_origin')
    expect(rules.asked).toEqual([])
  })
})

it('allows GET and POST only', async () => {
  const {app} = fakeServer()
  const answer = await app.inject({method: 'DELETE', url: '/v1/rules'})
  expectProblem(answer, 'method_not_allowed')
  expect(answer.headers.allow).toBe('GET, HEAD, POST')
})
