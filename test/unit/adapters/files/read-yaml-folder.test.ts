import {chmod, mkdir, symlink, truncate, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {afterEach, beforeEach, describe, expect, it} from 'vitest'
import {type FolderLimits, readYamlFolder} from '../../../../src/adapters/files/read-yaml-folder.js'
import {type TemporaryFolder, temporaryFolder} from '../../../conformance/temporary-folder.js'

let folder: TemporaryFolder
const path = (...names: string[]) => join(folder.path, ...names)
const isRoot = process.getuid?.() === 0

beforeEach(async () => {
  folder = await temporaryFolder()
})
afterEach(() => folder.remove())

/** What was read, by path below the folder: the text, or why there is none. */
async function read(limits?: FolderLimits): Promise<{readonly [path: string]: string}> {
  const files = await readYamlFolder(folder.path, limits)
  return Object.fromEntries(
    files.map((file) => [file.path.slice(folder.path.length + 1), file.unread?.message ?? file.text]),
  )
}

describe('a folder of YAML files', () => {
  it('is read at any depth, sorted by path', async () => {
    await mkdir(path('b', 'c'), {recursive: true})
    await writeFile(path('z.yaml'), 'z')
    await writeFile(path('b', 'c', 'd.yml'), 'd')
    await writeFile(path('b', 'a.yaml'), 'a')
    await writeFile(path('b', 'readme.md'), 'no')
    const files = await readYamlFolder(folder.path)
    expect(files).toEqual([
      {path: path('b', 'a.yaml'), text: 'a'},
      {path: path('b', 'c', 'd.yml'), text: 'd'},
      {path: path('z.yaml'), text: 'z'},
    ])
  })

  it('is refused as a whole where it does not exist, or is no folder', async () => {
    await expect(readYamlFolder(path('nowhere'))).rejects.toMatchObject({code: 'ENOENT'})
    await writeFile(path('file'), '')
    await expect(readYamlFolder(path('file'))).rejects.toMatchObject({code: 'ENOTDIR'})
  })

  it('is read up to its limits, and where that is is told', async () => {
    for (const name of ['a', 'b', 'c', 'd']) await writeFile(path(`${name}.yaml`), name.repeat(100))
    await writeFile(path('other.md'), '')
    const limits = {files: 10, entries: 10, bytes: 1000}
    expect(await read(limits)).toHaveProperty(['d.yaml'], 'd'.repeat(100))
    const rest = 'this and what comes after it was not read'
    const outcomes = await Promise.all([
      read({...limits, files: 2}),
      read({...limits, entries: 2}),
      read({...limits, bytes: 250}),
    ])
    expect(outcomes.map((outcome) => [Object.keys(outcome).length, outcome['c.yaml']])).toEqual([
      [3, `the folder holds more than 2 such files: ${rest}`],
      [3, `the folder holds more than 2 files and folders: ${rest}`],
      [3, `the folder holds more than 250 bytes: ${rest}`],
    ])
  })

  it('leaves out what begins with a dot', async () => {
    await mkdir(path('.git'))
    await writeFile(path('.git', 'a.yaml'), 'a')
    await symlink('nowhere', path('.#b.yaml'))
    await writeFile(path('b.yaml'), 'b')
    expect(await read()).toEqual({'b.yaml': 'b'})
  })
})

describe('a file that cannot be read', () => {
  it('is told, and the others are read: one that is too large', async () => {
    await writeFile(path('a.yaml'), '')
    await truncate(path('a.yaml'), 10 * 1024 * 1024)
    await writeFile(path('b.yaml'), 'b')
    expect(await read()).toEqual({
      'a.yaml': 'the file has 10240 KiB; the limit is 256 KiB',
      'b.yaml': 'b',
    })
  })

  it.skipIf(isRoot)('is told, and the others are read: one without permission', async () => {
    await writeFile(path('a.yaml'), 'a')
    await chmod(path('a.yaml'), 0)
    await mkdir(path('b'))
    await chmod(path('b'), 0)
    await writeFile(path('c.yaml'), 'c')
    expect(await read()).toEqual({
      'a.yaml': 'the file may not be read',
      b: 'this folder cannot be read (EACCES)',
      'c.yaml': 'c',
    })
    await chmod(path('b'), 0o700)
  })
})

describe('links', () => {
  it('are followed, as a mounted folder needs that swaps its files at once', async () => {
    await mkdir(path('..2026_01'))
    await writeFile(path('..2026_01', 'a.yaml'), 'a')
    await symlink('..2026_01', path('..data'))
    await symlink(join('..data', 'a.yaml'), path('a.yaml'))
    await mkdir(path('..2026_01', 'more'))
    await writeFile(path('..2026_01', 'more', 'b.yaml'), 'b')
    await symlink(join('..data', 'more'), path('more'))
    expect(await read()).toEqual({'a.yaml': 'a', 'more/b.yaml': 'b'})
  })

  it('that lead back to a folder above them are told', async () => {
    await mkdir(path('a', 'b'), {recursive: true})
    await writeFile(path('a', 'b', 'c.yaml'), 'c')
    await symlink('..', path('a', 'b', 'up'))
    await symlink(folder.path, path('a', 'b', 'top'))
    expect(await read()).toEqual({
      'a/b/c.yaml': 'c',
      'a/b/top': 'this link leads back to a folder above it',
      'a/b/up': 'this link leads back to a folder above it',
    })
  })

  it('that lead nowhere, or to themselves, are told', async () => {
    await symlink('nowhere', path('a.yaml'))
    await symlink('b.yaml', path('b.yaml'))
    await symlink('nowhere', path('c'))
    expect(await read()).toEqual({
      'a.yaml': 'there is nothing where this link leads to',
      'b.yaml': 'this link leads back to itself',
    })
  })

  it('that multiply folders without end are given up on', async () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j']
    for (const name of names) await mkdir(path(name))
    for (const name of names)
      for (const other of names) if (other !== name) await symlink(path(other), path(name, other))
    const found = await read({files: 10, entries: 500, bytes: 1000})
    expect(Object.values(found).join()).toContain('the folder holds more than 500 files and folders')
  })
})
