import {readFile} from 'node:fs/promises'
import {createServer, type Server} from 'node:http'
import type {AddressInfo} from 'node:net'
import {type CryptoKey, exportJWK, generateKeyPair, SignJWT} from 'jose'
import {afterAll, afterEach, beforeAll, describe, expect, test} from 'vitest'
import {isValidKey, keyIdOf, newKey} from '../../src/app/auth/api-key.js'
import {authenticatorOf, NoKeysError} from '../../src/app/auth/authenticator.js'
import {readKeyFile, writeKeyFile} from '../../src/app/auth/key-file.js'
import {loadConfig} from '../../src/app/config/load-config.js'
import type {WallTime} from '../../src/core/event/time.js'
import {ApiScene} from './support/api-scene.js'

const NOW = Date.UTC(2026, 0, 1) as WallTime
const REQUEST = {
  name: 'x',
  roles: ['lead'],
  lifetime: 1000,
  ratePerSecond: undefined,
  createdBy: 'me',
} as const

describe('an API key', () => {
  test('holds 256 random bits, of which only a hash is kept', () => {
    const {key, stored} = newKey(REQUEST, NOW)
    const secret = key.slice('tripline_'.length + 13)
    expect(Buffer.from(secret, 'base64url')).toHaveLength(32)
    expect(JSON.stringify(stored)).not.toContain(secret)
    expect(keyIdOf(key)).toBe(stored.id)
    expect(newKey(REQUEST, NOW).key).not.toBe(key)
  })

  test('counts until it expires or is revoked, and only as a whole', () => {
    const {key, stored} = newKey(REQUEST, NOW)
    expect(isValidKey(stored, key, NOW)).toBe(true)
    expect(isValidKey(stored, key, (NOW + 999) as WallTime)).toBe(true)
    expect(isValidKey(stored, key, (NOW + 1000) as WallTime)).toBe(false)
    expect(isValidKey({...stored, revoked_at: '2026-01-01T00:00:00Z'}, key, NOW)).toBe(false)
    expect(isValidKey(stored, `${key.slice(0, -1)}${key.endsWith('A') ? 'B' : 'A'}`, NOW)).toBe(false)
  })
})

describe('a service with keys', () => {
  let scene: ApiScene
  beforeAll(async () => {
    scene = await ApiScene.begin()
  })
  afterAll(() => scene.end())

  test.each([
    ['none', undefined],
    ['another scheme', 'Basic dXNlcjpwYXNz'],
    ['no token', 'Bearer '],
    ['a made up key', `Bearer tripline_0123456789ab_${'A'.repeat(43)}`],
    ['something else', 'Bearer hunter2'],
    ['an unsigned token', `Bearer ${Buffer.from('{"alg":"none"}').toString('base64url')}.e30.`],
  ])('refuses %s', async (_name, authorization) => {
    const headers = authorization === undefined ? {} : {authorization}
    const {status, body} = await scene.ask('GET /v1/alerts', {headers})
    expect([status, body.code]).toEqual([401, 'unauthenticated'])
    expect(JSON.stringify(body)).not.toContain('hunter2')
  })

  test('refuses a key that was revoked, within two seconds and without a restart', async () => {
    expect((await scene.ask('GET /v1/alerts', {as: 'bob'})).status).toBe(200)
    const keys = (await readKeyFile(scene.keyFile)) ?? []
    const revoked_at = '2026-01-01T00:00:00Z'
    await writeKeyFile(
      scene.keyFile,
      keys.map((key) => (key.name === 'bob' ? {...key, revoked_at, revoked_by: 'me'} : key)),
    )
    await expect
      .poll(async () => (await scene.ask('GET /v1/alerts', {as: 'bob'})).status, {
        timeout: 2_000,
        interval: 100,
      })
      .toBe(401)
    expect((await scene.ask('GET /v1/alerts', {as: 'ana'})).status).toBe(200)
  })

  test('keeps no key in its file, in its log or in its answers', async () => {
    const {body} = await scene.ask('GET /v1/alerts?cursor=x', {as: 'ana'})
    const texts = [await readFile(scene.keyFile, 'utf8'), scene.logged.join('\n'), JSON.stringify(body)]
    for (const key of Object.values(scene.keys)) {
      for (const text of texts) expect(text).not.toContain(key.slice(-43))
    }
  })

  test('does not ask web pages where they are from: a page has no key', async () => {
    const headers = {origin: 'https://elsewhere.example'}
    expect((await scene.ask('GET /v1/alerts', {as: 'ana', headers})).status).toBe(200)
    expect((await scene.ask('GET /v1/alerts', {headers})).status).toBe(401)
  })
})

describe('tokens of an identity provider', () => {
  let scene: ApiScene
  let provider: Server
  let privateKey: CryptoKey
  let otherKey: CryptoKey
  let reachable = true

  beforeAll(async () => {
    const pair = await generateKeyPair('ES256', {extractable: true})
    privateKey = pair.privateKey
    otherKey = (await generateKeyPair('ES256')).privateKey
    const jwks = {keys: [{...(await exportJWK(pair.publicKey)), kid: 'k1', alg: 'ES256', use: 'sig'}]}
    provider = createServer((_request, response) => {
      response.statusCode = reachable ? 200 : 500
      response.setHeader('content-type', 'application/json')
      response.end(reachable ? JSON.stringify(jwks) : '{}')
    })
    await new Promise<void>((resolve) => provider.listen(0, '127.0.0.1', resolve))
    const {port} = provider.address() as AddressInfo
    scene = await ApiScene.begin({
      settings: {
        'auth.oidc': {
          issuer: 'https://id.example',
          audience: 'tripline',
          jwks_url: `http://127.0.0.1:${port}/jwks`,
          role_claim: 'realm_access.roles',
          role_names: {'fraud-analyst': 'reviewer'},
        },
      },
    })
  })
  afterAll(async () => {
    await scene.end()
    provider.close()
  })
  afterEach(() => {
    reachable = true
  })

  interface Claims {
    readonly roles?: unknown
    readonly issuer?: string
    readonly audience?: string
    readonly expires?: number | undefined
    readonly key?: CryptoKey
  }

  const secondsFromNow = (seconds: number) => Math.floor(Date.now() / 1000) + seconds
  const tokenOf = ({roles = ['fraud-analyst'], issuer, audience, key, ...rest}: Claims) => {
    const token = new SignJWT({realm_access: {roles}})
      .setProtectedHeader({alg: 'ES256', kid: 'k1'})
      .setSubject('ana')
      .setIssuer(issuer ?? 'https://id.example')
      .setAudience(audience ?? 'tripline')
    const expires = 'expires' in rest ? rest.expires : secondsFromNow(60)
    return (expires === undefined ? token : token.setExpirationTime(expires)).sign(key ?? privateKey)
  }
  const askWith = async (token: string, route = 'GET /v1/alerts') =>
    scene.ask(route, {headers: {authorization: `Bearer ${token}`}})

  test('while the provider cannot be asked are not refused but put off; keys go on to count', async () => {
    reachable = false
    const {status, body, headers} = await askWith(await tokenOf({}))
    expect([status, body.code, headers.get('retry-after')]).toEqual([503, 'auth_unavailable', '5'])
    expect((await scene.ask('GET /v1/alerts', {as: 'ana'})).status).toBe(200)
  })

  test('give the roles that their claim names', async () => {
    const token = await tokenOf({})
    expect((await askWith(token)).status).toBe(200)
    expect((await askWith(token, 'POST /v1/rules')).body.code).toBe('forbidden')
    expect((await askWith(await tokenOf({roles: ['lead', 'unheard-of']}))).status).toBe(200)
  })

  test.each([[[]], [['Reviewer']], ['root'], [{reviewer: true}], [['__proto__']]])(
    'without a role of ours open nothing: %j',
    async (roles) => {
      expect((await askWith(await tokenOf({roles}))).body.code).toBe('forbidden')
    },
  )

  test('of another issuer, for others, expired, endless or signed by others are refused', async () => {
    const forged: readonly Claims[] = [
      {issuer: 'https://evil.example'},
      {audience: 'another-service'},
      {expires: secondsFromNow(-60)},
      {expires: undefined},
      {key: otherKey},
    ]
    for (const claims of forged)
      expect((await askWith(await tokenOf(claims))).body.code).toBe('unauthenticated')
    const [header, , signature] = (await tokenOf({})).split('.')
    const payload = Buffer.from(JSON.stringify({sub: 'x', realm_access: {roles: ['admin']}})).toString(
      'base64url',
    )
    expect((await askWith(`${header}.${payload}.${signature}`)).status).toBe(401)
  })
})

describe('what is set up decides where the service listens', () => {
  const clock = {now: () => NOW}
  const open = (settings: {readonly [name: string]: unknown}) =>
    authenticatorOf(
      loadConfig({folder: '/nonexistent', env: {}, overrides: settings}),
      clock,
      () => undefined,
    )

  test('without keys on this machine only', async () => {
    expect(await open({})).toBeUndefined()
    await expect(open({'http.host': '0.0.0.0'})).rejects.toThrow('tripline keys create')
  })

  test('a file of keys that was named and is lost does not open the service', async () => {
    await expect(open({'auth.keys': '/nonexistent/keys.json'})).rejects.toThrow(NoKeysError)
  })
})
