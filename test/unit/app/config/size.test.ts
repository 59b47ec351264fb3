import fc from 'fast-check'
import {expect, it} from 'vitest'
import {formatSize, parseSize, sizeSchema} from '../../../../src/app/config/size.js'

it.each([
  ['10 MiB', 10 * 1024 * 1024],
  ['256KiB', 256 * 1024],
  ['1 GiB', 1024 ** 3],
  ['512 B', 512],
  ['65536', 65_536],
  ['0', 0],
])('reads %s as %d bytes', (text, bytes) => {
  expect(parseSize(text)).toBe(bytes)
})

it.each(['', '10 MB', '1.5 MiB', '-1', '10  MiB', ' 10 MiB', '10 mib', '999999999999999 GiB'])(
  'takes %j for no size',
  (text) => {
    expect(parseSize(text)).toBeUndefined()
    expect(sizeSchema.safeParse(text).success).toBe(false)
  },
)

it('takes a number for bytes', () => {
  expect(sizeSchema.parse(1024)).toBe(1024)
  expect(sizeSchema.safeParse(1.5).success).toBe(false)
})

it('writes a size so that it reads back the same', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.nat(),
        fc.nat(5000).map((kib) => kib * 1024),
      ),
      (bytes) => {
        expect(parseSize(formatSize(bytes))).toBe(bytes)
      },
    ),
  )
  expect(formatSize(10 * 1024 * 1024)).toBe('10 MiB')
})
