import {tmpdir} from 'node:os'
import {expect, test} from 'vitest'
import {loadConfig} from '../../../../src/app/config/load-config.js'

const load = (env: {readonly [variable: string]: string}) => loadConfig({folder: tmpdir(), env})

test('a share of samples is written as a number', () => {
  for (const [text, sample] of [
    ['0', 0],
    ['1', 1],
    ['.5', 0.5],
    ['0.001', 0.001],
  ] as const)
    expect(load({TRIPLINE_TELEMETRY_SAMPLE: text}).telemetry.sample).toBe(sample)
})

test.each(['1.1', '-0.1', '10%', 'all', '', '1e3'])(
  'a share of %s is refused, with what is allowed',
  (text) => {
    expect(() => load({TRIPLINE_TELEMETRY_SAMPLE: text})).toThrow(/telemetry\.sample.*a number from 0 to 1/)
  },
)

test.each(['http://collector:4318/v1/traces', 'https://otel.example/v1/traces', 'udp://agent:6832'])(
  'traces can be sent to %s',
  (endpoint) => {
    expect(load({TRIPLINE_TELEMETRY_ENDPOINT: endpoint}).telemetry.endpoint).toBe(endpoint)
  },
)

test.each(['collector:4318', 'http://user:secret@collector:4318', 'file:///etc/passwd'])(
  '%s is refused',
  (endpoint) => {
    expect(() => load({TRIPLINE_TELEMETRY_ENDPOINT: endpoint})).toThrow(/telemetry\.endpoint/)
  },
)

test('an exporter that is not there is refused', () => {
  expect(() => load({TRIPLINE_TELEMETRY_EXPORTER: 'zipkin'})).toThrow(/none or otlp or jaeger/)
})
