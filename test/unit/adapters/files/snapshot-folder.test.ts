import {mkdtemp, readdir, readFile, rm, truncate, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {gunzipSync, gzipSync} from 'node:zlib'
import {afterEach, beforeEach, expect, test} from 'vitest'
import {readSnapshot, SnapshotFolder} from '../../../../src/adapters/files/snapshot-folder.js'

let dir: string
let folder: SnapshotFolder

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'tripline-snapshot-'))
  folder = new SnapshotFolder(dir)
})
afterEach(() => rm(dir, {recursive: true}))

async function take(offset: number, lines: readonly unknown[]): Promise<string> {
  const writer = await folder.begin(offset, 1_000 + offset)
  for (const line of lines) await writer.write(line)
  await writer.finish()
  return (await folder.newestFirst())[0] as string
}

async function linesOf(path: string): Promise<readonly unknown[]> {
  const lines: unknown[] = []
  for await (const line of readSnapshot(path)) lines.push(line)
  return lines
}

test('what was written is read', async () => {
  const lines = [{head: 1}, ['string', 'ключ\n', '😀"'], ...Array.from({length: 20_000}, (_, i) => [i])]
  expect(await linesOf(await take(1, lines))).toEqual(lines)
})

test('one that is not finished is not there', async () => {
  const writer = await folder.begin(1, 1)
  await writer.write({head: 1})
  expect(await folder.newestFirst()).toEqual([])
  await writer.abandon()
  expect(await readdir(dir)).toEqual([])
})

test('one that is cut short anywhere is refused', async () => {
  const path = await take(
    1,
    Array.from({length: 100}, (_, i) => [i, Math.sin(i)]),
  )
  const whole = await readFile(path)
  for (const size of [0, 5, Math.floor(whole.length / 2), whole.length - 1]) {
    await writeFile(path, whole)
    await truncate(path, size)
    await expect(linesOf(path), `${size} bytes`).rejects.toThrow()
  }
})

test('one whose last line is missing is refused, though what is there can be read', async () => {
  const path = await take(1, [{head: 1}, [2], [3]])
  const text = gunzipSync(await readFile(path)).toString()
  await writeFile(path, gzipSync(`${text.split('\n').slice(0, 2).join('\n')}\n`))
  await expect(linesOf(path)).rejects.toThrow('it is cut short')
})

test('the newest two stay, the newest first', async () => {
  for (const offset of [9, 10, 100]) await take(offset, [offset])
  await writeFile(join(dir, '200.snapshot.gz.part'), '')
  await folder.prune()
  const left = await folder.newestFirst()
  expect(await Promise.all(left.map(linesOf))).toEqual([[100], [10]])
  expect(await readdir(dir)).toHaveLength(2)
})

test('where there is no folder there are none', async () => {
  expect(await new SnapshotFolder(join(dir, 'none')).newestFirst()).toEqual([])
})
