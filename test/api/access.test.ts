import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {ACCESS} from '../../src/adapters/http/access.js'
import {ROLES} from '../../src/adapters/http/principal.js'
import {ApiScene, SOMEBODY} from './support/api-scene.js'

let scene: ApiScene

beforeAll(async () => {
  scene = await ApiScene.begin()
})
afterAll(() => scene.end())

/** A path of the route that leads nowhere, so that whoever may use it changes nothing. */
function requestTo(route: string): {readonly route: string; readonly body?: string} {
  const [method, path = ''] = route.split(' ')
  const concrete = `${method} ${path.replace(/:[a-z]+/gi, 'none')}`
  return method === 'GET' || method === 'DELETE' ? {route: concrete} : {route: concrete, body: '{"x":'}
}

/** The whole table: nothing is open that it does not open. */
describe.each(Object.entries(ACCESS))('%s', (route, allowed) => {
  test('asks who is there, unless it is open to everybody', async () => {
    const {status, headers} = await scene.ask(requestTo(route).route, requestTo(route))
    if (allowed === 'everybody') expect(status).not.toBe(401)
    else expect([status, headers.get('www-authenticate')]).toEqual([401, 'Bearer realm="tripline"'])
  })

  test.each(ROLES)('for the role %s', async (role) => {
    const {status, body} = await scene.ask(requestTo(route).route, {...requestTo(route), as: SOMEBODY[role]})
    const isAllowed = allowed === 'everybody' || allowed.includes(role)
    if (isAllowed) expect([401, 403]).not.toContain(status)
    else expect([status, body.code]).toEqual([403, 'forbidden'])
  })
})

test('what people may do is said in one place, by role', () => {
  const routesOf = (role: (typeof ROLES)[number]) =>
    Object.entries(ACCESS)
      .filter(([, allowed]) => allowed !== 'everybody' && allowed.includes(role))
      .map(([route]) => route)
  // Programs that send transactions read no alerts; reviewers change neither rules nor subscriptions.
  expect(routesOf('service').filter((route) => /alerts|users|cases|audit|rules/.test(route))).toEqual([])
  expect(
    routesOf('reviewer').filter((route) =>
      /POST.*(rules$|proposal|webhooks|events)|audit|metrics/.test(route),
    ),
  ).toEqual([])
})

test('a path that is not there needs a key, too, and says then that it is not there', async () => {
  expect((await scene.ask('GET /v1/secrets')).status).toBe(401)
  expect((await scene.ask('GET /v1/secrets', {as: 'shop'})).body.code).toBe('not_found')
  expect((await scene.ask('DELETE /v1/rules', {as: 'ana'})).body.code).toBe('method_not_allowed')
})
