import {describe, expect, test} from 'vitest'
import {allowedAddresses, NameNotResolvedError, parseTarget} from '../../../../src/adapters/webhook/target.js'
import {WebhookUrlError} from '../../../../src/engine/port/webhook-admin.js'

const STRICT = {allowHttpLoopback: false}
const DEVELOPMENT = {allowHttpLoopback: true}

const LOOPBACK_SPELLINGS = [
  ...['127.0.0.1', '127.1', '2130706433', '0x7f.1', '0x7f000001', '0177.0.0.1', '017700000001', '127.0.0.1.'],
  ...['①②⑦.⓪.⓪.①', '%31%32%37.0.0.1', '[::1]', '[0:0:0:0:0:0:0:1]', 'localhost', 'LOCALHOST', 'localhost.'],
  ...['a.localhost', 'a.localhost.', '%6c%6fcalhost', 'loc\talhost'],
]

const REFUSED_SPELLINGS = [
  ...['[::ffff:127.0.0.1]', '[::ffff:7f00:1]', '[::127.0.0.1]', '[::]', '0.0.0.0', '0', '[64:ff9b::7f00:1]'],
  ...['10.0.0.1', '0xa000001', '192.168.1.1', '3232235777', '172.16.0.1', '169.254.169.254', '[fe80::1]'],
  ...['[fd00:ec2::254]', '[2002:7f00:1::]', '100.100.100.200', '255.255.255.255'],
]

describe('without the setting for development', () => {
  test.each([...LOOPBACK_SPELLINGS, ...REFUSED_SPELLINGS])('https://%s is refused', (host) => {
    expect(() => parseTarget(`https://${host}/hook`, STRICT)).toThrow(WebhookUrlError)
    expect(() => parseTarget(`https://${host}:8443`, STRICT)).toThrow(WebhookUrlError)
  })

  test.each([
    ['http://receiver.example/', /https/],
    ['http://127.0.0.1/', /https/],
    ['ftp://receiver.example/', /https/],
    ['file:///etc/passwd', /https/],
    ['javascript:alert(1)', /https/],
    ['https://user:secret@receiver.example/', /user name or password/],
    ['https://user@receiver.example/', /user name or password/],
    ['https://receiver.example@127.0.0.1/', /user name or password/],
    ['https://receiver.example/#part', /fragment/],
    ['https://receiver.example:0/', /port 0/],
    ['https://[fe80::1%25eth0]/', /cannot be read/],
    ['https://1.2.3.4.5/', /cannot be read/],
    ['https://', /cannot be read/],
    ['receiver.example', /cannot be read/],
    ['', /cannot be read/],
    [`https://receiver.example/${'x'.repeat(2048)}`, /longer/],
  ])('%s is refused, with the reason', (url, reason) => {
    expect(() => parseTarget(url, STRICT)).toThrow(reason)
  })

  test.each(['https://receiver.example/hook?x=1', 'https://receiver.example.:8443/', 'https://1.1.1.1/'])(
    '%s is taken',
    (url) => {
      expect(parseTarget(url, STRICT).href).toBe(url)
    },
  )
})

describe('with the setting for development', () => {
  test.each(LOOPBACK_SPELLINGS)('http://%s and https are taken', (host) => {
    expect(parseTarget(`http://${host}:3000/hook`, DEVELOPMENT).port).toBe('3000')
    expect(parseTarget(`https://${host}/hook`, DEVELOPMENT).pathname).toBe('/hook')
  })

  test.each(REFUSED_SPELLINGS)('http://%s and https are refused', (host) => {
    expect(() => parseTarget(`http://${host}/`, DEVELOPMENT)).toThrow(WebhookUrlError)
    expect(() => parseTarget(`https://${host}/`, DEVELOPMENT)).toThrow(WebhookUrlError)
  })

  test('http to any other host is refused', () => {
    expect(() => parseTarget('http://receiver.example/', DEVELOPMENT)).toThrow(/https/)
  })
})

describe('names', () => {
  const resolvingTo = (addresses: readonly string[], policy = STRICT) =>
    allowedAddresses('receiver.example', policy, async () => addresses)

  test('all of its addresses are public: they are allowed', async () => {
    expect(await resolvingTo(['1.1.1.1', '2606:4700::1111'])).toEqual(['1.1.1.1', '2606:4700::1111'])
  })

  test.each(['127.0.0.1', '10.1.2.3', '169.254.169.254', '::1', '::ffff:10.0.0.1', 'fd00::1'])(
    'one of its addresses is %s: the name is refused, without telling the address',
    async (address) => {
      const refused = resolvingTo(['1.1.1.1', address])
      await expect(refused).rejects.toThrow(WebhookUrlError)
      await expect(refused).rejects.not.toThrow(address)
    },
  )

  test('one that cannot be resolved is told apart', async () => {
    await expect(resolvingTo([])).rejects.toThrow(NameNotResolvedError)
    const failing = allowedAddresses('x.example', STRICT, async () => Promise.reject(new Error('SERVFAIL')))
    await expect(failing).rejects.toThrow(NameNotResolvedError)
  })

  test('loopback is allowed for development', async () => {
    expect(await resolvingTo(['::1', '127.0.0.1'], DEVELOPMENT)).toEqual(['::1', '127.0.0.1'])
    await expect(resolvingTo(['127.0.0.1', '10.0.0.1'], DEVELOPMENT)).rejects.toThrow(WebhookUrlError)
  })
})
