import fc from 'fast-check'
import ipaddr from 'ipaddr.js'
import {describe, expect, test} from 'vitest'
import {isLoopbackAddress, isPublicAddress} from '../../../../src/adapters/webhook/address-guard.js'

/** Every range of the IANA special-purpose registries that is not globally reachable, and forms that hold other addresses. */
const REFUSED_RANGES = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
  '255.255.255.255/32',
  '168.63.129.16/32',
  '::/128',
  '::1/128',
  '::/96',
  '::ffff:0:0/96',
  '::ffff:0:0:0/96',
  '64:ff9b::/96',
  '64:ff9b:1::/48',
  '100::/64',
  '2001::/32',
  '2001:2::/48',
  '2001:10::/28',
  '2001:20::/28',
  '2001:db8::/32',
  '2002::/16',
  '3fff::/20',
  '5f00::/16',
  'fc00::/7',
  'fe80::/10',
  'fec0::/10',
  'ff00::/8',
  '4000::/3',
  '8000::/1',
]

const PUBLIC = [
  ...['1.1.1.1', '8.8.8.8', '9.255.255.255', '11.0.0.0', '100.63.255.255', '100.128.0.0', '126.255.255.255'],
  ...['128.0.0.0', '169.253.255.255', '172.15.255.255', '172.32.0.0', '192.167.255.255', '192.169.0.0'],
  ...['223.255.255.255', '2606:4700::1111', '2a00:1450:4001:800::200e', '2620:fe::fe'],
]

/** The addresses of a range: its first, its last, and any in between. */
function inRange(cidr: string): fc.Arbitrary<string> {
  const [address, bits] = ipaddr.parseCIDR(cidr)
  const bytes = address.toByteArray()
  const free = bytes.length * 8 - bits
  const any = fc.bigInt({min: 0n, max: (1n << BigInt(free)) - 1n})
  return fc.oneof(fc.constant(0n), fc.constant((1n << BigInt(free)) - 1n), any).map((offset) => {
    const start = BigInt(`0x${Buffer.from(bytes).toString('hex')}`)
    const hex = (start + offset).toString(16).padStart(bytes.length * 2, '0')
    return ipaddr.fromByteArray([...Buffer.from(hex, 'hex')]).toString()
  })
}

describe('addresses that messages may not be sent to', () => {
  test.each(REFUSED_RANGES)('%s', (cidr) => {
    fc.assert(fc.property(inRange(cidr), (address) => !isPublicAddress(address)))
  })

  test.each([
    '127.1',
    '0x7f.0.0.1',
    '2130706433',
    '0177.0.0.1',
    'localhost',
    '',
    '1.2.3.4.5',
    '::1%lo',
    '[::1]',
  ])('what is no plain address: %s', (text) => {
    expect(isPublicAddress(text)).toBe(false)
  })
})

test.each(PUBLIC)('%s may be sent to', (address) => {
  expect(isPublicAddress(address)).toBe(true)
})

test('loopback is 127.0.0.0/8 and ::1, in no other form', () => {
  expect(['127.0.0.1', '127.255.255.254', '::1'].filter(isLoopbackAddress)).toHaveLength(3)
  const others = ['::ffff:127.0.0.1', '::127.0.0.1', '10.0.0.1', '0.0.0.0', '::', 'localhost', '1.1.1.1']
  expect(others.filter(isLoopbackAddress)).toEqual([])
})
