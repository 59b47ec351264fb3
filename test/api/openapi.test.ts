import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {Validator} from '@seriousme/openapi-schema-validator'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {ACCESS} from '../../src/adapters/http/access.js'
import {openApiDocument} from '../../src/adapters/http/openapi/document.js'
import {OPERATIONS} from '../../src/adapters/http/openapi/operations.js'
import {packageVersion} from '../../src/app/cli/package-version.js'
import {PROJECT} from '../support/process/built-program.js'
import {ApiScene} from './support/api-scene.js'

const document = JSON.parse(JSON.stringify(openApiDocument(packageVersion())))

describe('the OpenAPI document', () => {
  test('is valid OpenAPI 3.1', async () => {
    const validator = new Validator()
    const {valid, errors} = await validator.validate(structuredClone(document))
    expect(errors).toBeUndefined()
    expect([valid, validator.version]).toEqual([true, '3.1'])
  })

  test('names every route, and only those', () => {
    expect(Object.keys(OPERATIONS).sort()).toEqual(Object.keys(ACCESS).sort())
  })

  test('refers to what it holds', () => {
    const text = JSON.stringify(document)
    for (const [, name = ''] of text.matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g))
      expect(document.components.schemas).toHaveProperty(name)
    expect(text).not.toMatch(/"\$ref":"(?!#\/components\/)/)
  })

  test('says of parameters what they are, where they have limits', () => {
    const {parameters} = document.paths['/v1/alerts'].get
    const limit = parameters.find(({name}: {name: string}) => name === 'limit')
    expect(limit.schema).toEqual({type: 'integer', minimum: 1, maximum: 200, default: 50})
    expect(document.paths['/v1/alerts/{id}'].get.parameters[0]).toMatchObject({
      name: 'id',
      in: 'path',
      required: true,
    })
  })

  test('docs/openapi.json is fresh; npm run schema writes it', () => {
    expect(JSON.parse(readFileSync(join(PROJECT, 'docs/openapi.json'), 'utf8'))).toEqual(document)
  })
})

describe('the service', () => {
  let scene: ApiScene
  beforeAll(async () => {
    scene = await ApiScene.begin()
  })
  afterAll(() => scene.end())

  test('shows the document to everybody', async () => {
    const {status, body} = await scene.ask('GET /openapi.json')
    expect([status, body]).toEqual([200, document])
  })

  test('shows it as a page that loads nothing and runs nothing', async () => {
    const {status, headers, body} = await scene.ask('GET /docs')
    expect([status, headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
    expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'; style-src 'sha256-/)
    expect(body).toContain('/v1/decisions')
    expect(body).not.toMatch(/<script|src=|https?:|onclick|javascript:/)
  })
})
