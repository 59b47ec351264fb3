import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {DiagnosticSeverity, Parser} from '@asyncapi/parser'
import {Ajv} from 'ajv'
import {describe, expect, test} from 'vitest'
import {packageVersion} from '../../../../src/app/cli/package-version.js'
import {asyncApi} from '../../../../src/app/schema/asyncapi.js'
import {eventSource, toAlertEvent} from '../../../../src/core/decision/cloud-event.js'
import {streamsWith} from '../../../../src/core/event/stream.js'
import {alertRecord, deadLetter, decisionRecord} from '../../../conformance/samples.js'
import {PROJECT} from '../../../support/process/built-program.js'

const document = asyncApi(packageVersion())
const {document: parsed, diagnostics} = await new Parser().parse(JSON.stringify(document))

test('docs/asyncapi.json is fresh; npm run schema writes it', () => {
  const file = readFileSync(join(PROJECT, 'docs/asyncapi.json'), 'utf8')
  expect(JSON.parse(file)).toEqual(JSON.parse(JSON.stringify(document)))
})

test('the parser of AsyncAPI finds nothing wrong', () => {
  expect(diagnostics.filter(({severity}) => severity <= DiagnosticSeverity.Warning)).toEqual([])
  expect(parsed?.version()).toBe('3.0.0')
})

test('every built-in stream is a channel to send to, and every topic that is written one to read', () => {
  const addresses = (action: 'isReceive' | 'isSend') =>
    parsed
      ?.operations()
      .filter((operation) => operation[action]())
      .flatMap((operation) => operation.channels().map((channel) => channel.address() ?? 'webhooks'))
      .sort()
  expect(addresses('isReceive')).toEqual(
    [...streamsWith([]).keys()].map((name) => `{namespace}.${name}`).sort(),
  )
  const outputs = ['alerts', 'dead-letters', 'decisions', 'late'].map((name) => `{namespace}.${name}`)
  expect(addresses('isSend')).toEqual([...outputs, 'webhooks'].sort())
})

describe('what is published fits its description', () => {
  const event = toAlertEvent(
    alertRecord('a1'),
    eventSource('default'),
    `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`,
  )
  test.each([
    ['alerts', 'alerts', alertRecord('a1')],
    ['decisions', 'decisions', decisionRecord('t1')],
    ['dead-letters', 'dead-letters', deadLetter(3)],
    ['webhooks', 'alert', event],
  ])('%s', (channel, message, record) => {
    const payload = parsed?.channels().get(channel)?.messages().get(message)?.payload()?.json()
    const validate = new Ajv({strict: false}).compile(payload as object)
    expect([validate(JSON.parse(JSON.stringify(record))), validate.errors]).toEqual([true, null])
    expect(validate({...record, surprise: 1})).toBe(false)
  })
})
