import {readFile, stat, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {afterAll, beforeAll, expect, test} from 'vitest'
import {type TemporaryFolder, temporaryFolder} from '../conformance/temporary-folder.js'
import {ensureBuilt} from '../support/process/built-program.js'
import {RunningService} from '../support/process/running-service.js'
import {startTripline, textOf, tripline, triplineJson} from '../support/process/tripline.js'

let folder: TemporaryFolder
let file: string

beforeAll(async () => {
  await ensureBuilt()
  folder = await temporaryFolder()
  file = join(folder.path, 'keys.json')
}, 90_000)
afterAll(() => folder.remove())

const keys = (...args: readonly string[]) => ['keys', ...args, '--keys', file]

interface Shown {
  readonly id: string
  readonly key?: string
  readonly roles: readonly string[]
  readonly revoked_at: string | null
}

test('a key is shown once, opens the service, and is refused once it is revoked', async () => {
  const made = await triplineJson<Shown>(
    keys('create', '--name', 'ana', '--role', 'reviewer', 'lead', '--expires', '1h'),
  )
  expect(made).toMatchObject({roles: ['reviewer', 'lead'], revoked_at: null})
  const key = String(made.key)
  expect((await stat(file)).mode & 0o777).toBe(0o600)
  expect(await readFile(file, 'utf8')).not.toContain(key)
  const {items} = await triplineJson<{items: readonly Shown[]}>(keys('list'))
  expect(items).toMatchObject([{id: made.id, name: 'ana'}])
  expect(JSON.stringify(items)).not.toMatch(/sha256|key"/)

  const config = join(folder.path, 'tripline.yaml')
  await writeFile(config, `auth: {keys: ${file}}\nhttp: {host: 0.0.0.0}\n`)
  const service = new RunningService(join(folder.path, 'data'), ['--config', config])
  try {
    const {url} = await service.ready()
    const local = url.replace('0.0.0.0', '127.0.0.1')
    const alerts = (token: string) =>
      fetch(`${local}/v1/alerts`, {headers: {authorization: `Bearer ${token}`}}).then(({status}) => status)
    expect(await alerts(key)).toBe(200)
    expect(await alerts(`${key.slice(0, -2)}xx`)).toBe(401)
    await triplineJson(keys('revoke', made.id))
    await expect.poll(() => alerts(key), {timeout: 3_000}).toBe(401)
    expect(service.output).not.toContain(key)
    expect(service.output).not.toContain('loopback only')
  } finally {
    await service.end('SIGTERM')
  }
})

test('mistakes are refused with the remedy', async () => {
  const refused = async (...args: readonly string[]) => {
    const {code, stderr} = await tripline(keys(...args))
    expect(code).toBe(2)
    return stderr
  }
  expect(await refused('create', '--name', 'x', '--role', 'root')).toContain('reviewer, lead, admin, service')
  expect(await refused('create', '--name', 'x')).toContain("'--role <role...>'")
  expect(await refused('create', '--name', 'x', '--role', 'lead', '--expires', 'never')).toContain('90d')
  expect(await refused('revoke', 'nobody')).toContain('tripline keys list shows all')
})

test('without keys the service refuses to listen elsewhere, and says how to get them', async () => {
  const child = startTripline(['run', '--data-dir', join(folder.path, 'open'), '--port', '0'], {
    env: {TRIPLINE_HTTP_HOST: '0.0.0.0'},
  })
  const stderr = textOf(child.stderr)
  const code = await new Promise((resolve) => child.once('close', resolve))
  expect(code).toBe(2)
  expect(stderr()).toContain('tripline keys create')
})
