import {stat} from 'node:fs/promises'
import {listFiles} from './list-files.js'
import {FOLDER_LIMITS} from './read-yaml-folder.js'

/**
 * A text that is equal as long as the YAML files below some folders are the same as far as the file system tells. A
 * folder that cannot be read has a state, too.
 */
export async function folderState(folders: readonly string[]): Promise<string> {
  const states = await Promise.all(folders.map(stateOf))
  return JSON.stringify(states)
}

async function stateOf(folder: string): Promise<readonly string[]> {
  try {
    const {paths} = await listFiles(folder, /\.ya?ml$/, FOLDER_LIMITS)
    const files: string[] = []
    for (const path of paths) files.push(`${path} ${await fileState(path)}`)
    return files
  } catch (error) {
    return [String((error as NodeJS.ErrnoException).code)]
  }
}

async function fileState(path: string): Promise<string> {
  const found = await stat(path).catch(() => undefined)
  return found === undefined ? 'gone' : `${found.ino} ${found.size} ${found.mtimeMs} ${found.ctimeMs}`
}
