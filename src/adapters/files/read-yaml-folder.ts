import {readdir, readFile} from 'node:fs/promises'
import {join, relative} from 'node:path'
import type {SourceFile} from '../../core/source/source-fault.js'

/** Every `*.yaml` and `*.yml` file below a folder, at any depth, under its path as given. Sorted by path. */
export async function readYamlFolder(folder: string): Promise<readonly SourceFile[]> {
  const entries = await readdir(folder, {recursive: true, withFileTypes: true})
  const paths = entries
    .filter((entry) => entry.isFile() && /\.ya?ml$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
  return Promise.all(
    paths.map(async (path) => ({
      path: join(folder, relative(folder, path)),
      text: await readFile(path, 'utf8'),
    })),
  )
}
