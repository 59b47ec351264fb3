import {once} from 'node:events'
import {mkdir, writeFile} from 'node:fs/promises'
import {type AddressInfo, createServer} from 'node:net'
import {join} from 'node:path'
import {afterAll, beforeAll, expect, test} from 'vitest'
import {type TemporaryFolder, temporaryFolder} from '../conformance/temporary-folder.js'
import {ensureBuilt} from '../support/process/built-program.js'
import {tripline, triplineJson} from '../support/process/tripline.js'

interface Examined {
  readonly ok: boolean
  readonly findings: readonly {readonly check: string; readonly ok: boolean; readonly detail: string}[]
}

let folder: TemporaryFolder

beforeAll(async () => {
  await ensureBuilt()
  folder = await temporaryFolder()
}, 90_000)
afterAll(() => folder.remove())

async function config(name: string, text: string): Promise<string> {
  const path = join(folder.path, `${name}.yaml`)
  await writeFile(path, text)
  return path
}

test.concurrent('nothing is missing: exit code 0, one finding per check, in words and as JSON', async () => {
  const path = await config('fine', `data_dir: ${folder.path}/fine\nhttp: {port: 0}\n`)
  const words = await tripline(['doctor', '--config', path])
  const examined = await triplineJson<Examined>(['doctor', '--config', path])
  expect(examined.ok).toBe(true)
  expect(examined.findings.map(({check}) => check)).toEqual(['Node', 'rules', 'data directory', 'HTTP port'])
  expect(words).toMatchObject({code: 0, stderr: ''})
  expect(
    words.stdout
      .trim()
      .split('\n')
      .every((line) => line.startsWith('ok   ')),
  ).toBe(true)
})

test.concurrent('what is missing is said with how to get it, all at once: exit code 1', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const {port} = server.address() as AddressInfo
  const rules = join(folder.path, 'broken-rules')
  await mkdir(rules)
  await writeFile(join(rules, 'rule.yaml'), 'schema: tripline/rule/v1\nid: Not Kebab\n')
  await writeFile(join(folder.path, 'a-file'), '')
  const path = await config(
    'missing',
    `data_dir: ${folder.path}/a-file\nhttp: {port: ${port}}\nrules: {dir: ${rules}}\n`,
  )
  const examined = await triplineJson<Examined>(['doctor', '--config', path], {code: 1})
  server.close()
  expect(examined.ok).toBe(false)
  const detail = (check: string) =>
    examined.findings.find((finding) => finding.check === check && !finding.ok)?.detail
  expect(detail('rules')).toContain(`${rules}/rule.yaml:2:5: `)
  expect(detail('data directory')).toContain('make it writable, or set data_dir')
  expect(detail('HTTP port')).toContain('stop what listens there, or set http.port')
})
