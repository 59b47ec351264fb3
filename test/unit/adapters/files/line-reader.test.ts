import {writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {gzipSync} from 'node:zlib'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {Line, LONGEST_LINE, readLines} from '../../../../src/adapters/files/line-reader.js'
import {type TemporaryFolder, temporaryFolder} from '../../../conformance/temporary-folder.js'

let folder: TemporaryFolder
beforeAll(async () => {
  folder = await temporaryFolder()
})
afterAll(() => folder.remove())

async function linesOf(...contents: readonly (string | Uint8Array)[]): Promise<readonly Line[]> {
  const paths = contents.map((_, i) => join(folder.path, `input-${i}`))
  for (const [i, content] of contents.entries()) await writeFile(paths[i] as string, content)
  return read(paths)
}

async function read(paths: readonly string[]): Promise<readonly Line[]> {
  const lines: Line[] = []
  for await (const block of readLines(paths)) lines.push(...block)
  return lines
}

const textsOf = async (...contents: readonly (string | Uint8Array)[]) =>
  (await linesOf(...contents)).map(({text}) => text)

describe('the lines of a file', () => {
  it('come without their ends, be it a line feed or a carriage return before it', async () => {
    expect(await textsOf('a\nb\r\n\r\n\nc\r\n')).toEqual(['a', 'b', '', '', 'c'])
  })

  it('may end without a line feed, file by file', async () => {
    expect(await textsOf('a\nb', 'c', '', 'd\n')).toEqual(['a', 'b', 'c', 'd'])
  })

  it('are whole where reads cut them, in the middle of a character too', async () => {
    const lines = Array.from({length: 60}, (_, i) => `${i}${'😀'.repeat(20_000 + i)}`)
    expect(await textsOf(`${lines.join('\r\n')}\r\n`)).toEqual(lines)
  })

  it('tell their length in bytes', async () => {
    expect((await linesOf('a\n€\r\n😀')).map(({length}) => length)).toEqual([1, 3, 4])
  })

  it('give back their bytes, also where these are no UTF-8', async () => {
    const broken = Uint8Array.of(0x22, 0xff, 0xc3, 0x22)
    const [first, second] = await linesOf(Buffer.concat([broken, Buffer.from('\r\nä\n')]))
    expect(first?.bytes?.toString('hex')).toBe('22ffc322')
    expect(first?.text).toBe('"\ufffd\ufffd"')
    expect(second?.bytes?.toString('hex')).toBe('c3a4')
  })

  it('are told by their length alone where they are too long', async () => {
    const long = Buffer.alloc(LONGEST_LINE + 1, 'x')
    const [first, tooLong, last] = await linesOf(
      Buffer.concat([Buffer.from('a\n'), long, Buffer.from('\nb')]),
    )
    expect([first?.text, last?.text]).toEqual(['a', 'b'])
    expect(tooLong).toMatchObject({text: undefined, bytes: undefined, length: LONGEST_LINE + 1})
  })

  it('are read from a compressed file whose name ends in .gz', async () => {
    const path = join(folder.path, 'input.gz')
    await writeFile(path, gzipSync('a\nb'))
    expect((await read([path])).map(({text}) => text)).toEqual(['a', 'b'])
  })
})

it('a line made of a text is like one that was read', () => {
  const line = Line.of('€1')
  expect([line.text, line.length, line.bytes?.toString('hex')]).toEqual(['€1', 4, 'e282ac31'])
})
