import {execFile} from 'node:child_process'
import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {promisify} from 'node:util'
import {afterAll, beforeAll, expect, test} from 'vitest'
import {readModel} from '../../src/adapters/files/model-folder.js'
import {PROBLEMS} from '../../src/adapters/http/problem.js'
import {modelRegistry} from '../../src/app/learning/model-store.js'
import {PROJECT} from '../support/process/built-program.js'
import {ApiScene} from './support/api-scene.js'

const text = readFileSync(join(PROJECT, 'docs/api.md'), 'utf8')
const requests = [...text.matchAll(/^```(sh|js)\n([\s\S]*?)^```/gm)].map(([, language = '', code = '']) => {
  return {language, code, title: code.split('\n')[0] ?? ''}
})

let scene: ApiScene

beforeAll(async () => {
  // The shipped features, the version that is shipped with them, and one that did better.
  scene = await ApiScene.begin({settings: {'features.dir': join(PROJECT, 'features')}})
  const {manifest, weights} = await readModel(join(PROJECT, 'features/model'))
  const compared = {version: manifest.version, average_precision: 0}
  await modelRegistry(scene.config).add({...manifest, compared}, weights, new Date().toISOString())
  await scene.send(
    {transaction_id: 't0', user_id: 'u1', card_id: 'c1', amount: 5000},
    {transaction_id: 't-1', user_id: 'u1', amount: 5001},
  )
})
afterAll(() => scene.end())

const run = promisify(execFile)

/** Every answer must be one of success. */
const CHECKED_FETCH = `const fetch = async (...request) => {
  const answer = await globalThis.fetch(...request)
  if (!answer.ok) throw new Error(await answer.text())
  return answer
}
`

test.each(requests)('docs/api.md: $title', async ({language, code}) => {
  const variables = {
    URL: scene.http.url,
    SERVICE_KEY: scene.keys.shop,
    REVIEWER_KEY: scene.keys.ana,
    LEAD_KEY: scene.keys.lea,
    ADMIN_KEY: scene.keys.adam,
  }
  const env = {...process.env, ...variables}
  const names = Object.keys(variables).join(', ')
  const [program, args] =
    language === 'sh'
      ? ['bash', ['-euo', 'pipefail', '-c', code]]
      : [
          process.execPath,
          ['--input-type=module', '-e', `const {${names}} = process.env\n${CHECKED_FETCH}${code}`],
        ]
  await run(program as string, args as string[], {env})
})

test('docs/api.md names codes that there are', () => {
  const table = text.slice(text.indexOf('## Errors'))
  const named = [...table.matchAll(/`([a-z]+_[a-z_]+)`/g)].map(([, code = '']) => code)
  expect(named.length).toBeGreaterThan(15)
  for (const code of named) expect(Object.keys(PROBLEMS)).toContain(code)
})
