import {expect, it} from 'vitest'
import {assertLoopback, isLoopbackHost} from '../../../../src/adapters/http/loopback.js'

it.each(['localhost', 'LOCALHOST', '127.0.0.1', '127.8.9.10', '::1'])('takes %s for loopback', (host) => {
  expect(isLoopbackHost(host)).toBe(true)
  expect(() => assertLoopback(host)).not.toThrow()
})

it.each([
  '',
  '0.0.0.0',
  '::',
  '10.0.0.1',
  '192.168.1.5',
  '::ffff:10.0.0.1',
  'localhost.example',
  '127.0.0.1.example',
  'example',
  '2130706433',
  '0x7f.1',
  '127.1',
  '[::1]',
])('does not take %j for loopback, and says what to do', (host) => {
  expect(isLoopbackHost(host)).toBe(false)
  expect(() => assertLoopback(host)).toThrow(
    /http\.host is ".*", but without API keys .* loopback only; set http\.host \(TRIPLINE_HTTP_HOST\) to 127\.0\.0\.1/,
  )
})
