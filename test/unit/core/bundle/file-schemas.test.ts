import {existsSync, readFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {Ajv, type ValidateFunction} from 'ajv'
import {describe, expect, it, test} from 'vitest'
import {parse} from 'yaml'
import {readYamlFolder} from '../../../../src/adapters/files/read-yaml-folder.js'
import {FILE_KINDS, jsonSchemaOf} from '../../../../src/core/bundle/file-schemas.js'
import {PROJECT} from '../../../support/process/built-program.js'
import {EVENT_MATCH, HEADER} from '../rule/rule-texts.js'

const ajv = new Ajv({strict: true, strictTypes: false, allErrors: true})
const validators = new Map(FILE_KINDS.map((kind) => [`tripline/${kind}/v1`, ajv.compile(jsonSchemaOf(kind))]))

const shipped = (
  await Promise.all(['cep-rules', 'features'].map((folder) => readYamlFolder(join(PROJECT, folder))))
).flat()

/** What a validator has against a YAML text. */
function complaints(text: string): ValidateFunction['errors'] {
  const data = parse(text) as {schema: string}
  const validate = validators.get(data.schema)!
  return validate(data) ? [] : validate.errors
}

test.each(FILE_KINDS)('docs/schema/%s.schema.json is fresh; npm run schema writes it', (kind) => {
  const file = readFileSync(join(PROJECT, 'docs/schema', `${kind}.schema.json`), 'utf8')
  expect(JSON.parse(file)).toEqual(JSON.parse(JSON.stringify(jsonSchemaOf(kind))))
})

describe('every shipped file', () => {
  it.each(shipped.map(({path, text}) => ({name: path.slice(PROJECT.length), path, text})))(
    '$name fits its schema',
    ({path, text}) => {
      expect(complaints(text)).toEqual([])
      const [, named] = /^# yaml-language-server: \$schema=(.*)$/m.exec(text) ?? []
      if (named !== undefined) expect(existsSync(join(dirname(path), named))).toBe(true)
    },
  )
})

describe('the schema of a rule', () => {
  const RULE = HEADER + EVENT_MATCH
  const together = `${HEADER}match:
  together:
    within: 1h
    of: [{as: a, stream: locations}, {as: b, stream: locations, after: a}]
`

  it.each([
    ['an event', RULE],
    ['events together', together],
    [
      'a sequence',
      `${HEADER}match:
  sequence:
    within: 1h
    steps: [{as: a, stream: transactions, times: 3..}, {absent: b, stream: locations}, {as: c, stream: transactions, next: true}]
    until: {as: out, stream: transactions}
`,
    ],
    ['tests of any stream', `${RULE}tests: [{name: a, events: [{at: 0m, logins: {a: 1}}], expect: []}]\n`],
  ])('takes %s', (_, text) => {
    expect(complaints(text)).toEqual([])
  })

  it.each([
    ['an unknown field', RULE.replace('title:', 'titel: x\ntitle:')],
    ['an unknown field of a form', RULE.replace('as: tx', 'as: tx, az: 1')],
    ['a missing field', RULE.replace('title: A rule\n', '')],
    ['a wrong value', RULE.replace('severity: low', 'severity: huge')],
    ['an id with spaces', RULE.replace('a-rule', 'a rule')],
    ['a version of 0', RULE.replace('version: 1', 'version: 0')],
    ['a condition that is none', RULE.replace('when: tx.amount > 5.0', 'when: true')],
    ['a duration without unit', together.replace('1h', '90')],
    ['one item alone', together.replace(', {as: b, stream: locations, after: a}', '')],
    ['a test without time', `${RULE}tests: [{name: a, events: [{transactions: {}}], expect: []}]\n`],
  ])('refuses %s', (_, text) => {
    expect(complaints(text)).not.toEqual([])
  })
})

interface Described {
  readonly description?: string
  readonly examples?: readonly unknown[]
  readonly properties?: {readonly [name: string]: Described}
  readonly items?: Described
  readonly additionalProperties?: Described | boolean
  readonly anyOf?: readonly Described[]
}

/** Every field of a schema, by its path. */
function* fieldsOf(schema: Described, path: string): Generator<readonly [path: string, field: Described]> {
  for (const [name, field] of Object.entries(schema.properties ?? {})) {
    yield [`${path}.${name}`, field]
    yield* fieldsOf(field, `${path}.${name}`)
  }
  const {items, additionalProperties, anyOf = []} = schema
  for (const inner of [items, additionalProperties, ...anyOf]) {
    if (typeof inner === 'object') yield* fieldsOf(inner, path)
  }
}

describe.each(FILE_KINDS)('in the schema of a %s', (kind) => {
  const fields = [...fieldsOf(jsonSchemaOf(kind), kind)]

  it('every field has a description, and examples that fit', () => {
    expect(fields.length).toBeGreaterThan(3)
    for (const [path, {description, examples = []}] of fields) {
      expect([path, description]).toEqual([path, expect.stringMatching(/\.$/)])
      expect([path, examples.length]).not.toEqual([path, 0])
    }
    for (const [path, field] of fields) {
      const validate = ajv.compile(field)
      for (const example of field.examples ?? []) {
        expect([path, example, validate(example)]).toEqual([path, example, true])
      }
    }
  })
})
