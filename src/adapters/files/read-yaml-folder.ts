import {readFile, stat} from 'node:fs/promises'
import {FILE_LIMIT_BYTES, tooLong} from '../../core/source/file-limit.js'
import type {SourceFile} from '../../core/source/source-fault.js'
import {listFiles, tooMuch, type WalkLimits} from './list-files.js'

/** What one bundle may keep in memory. */
export interface FolderLimits extends WalkLimits {
  /** Sum of all files. */
  readonly bytes: number
}

export const FOLDER_LIMITS: FolderLimits = {files: 5000, entries: 20_000, bytes: 64 * 1024 * 1024}

/** A process may not open as many files at once as a folder can hold. */
const AT_ONCE = 32

/**
 * Every `*.yaml` and `*.yml` file below a folder, at any depth, under its path as given; sorted by path. What cannot be
 * read is among them, with the reason. Throws only where the folder itself cannot be read.
 */
export async function readYamlFolder(
  folder: string,
  limits: FolderLimits = FOLDER_LIMITS,
): Promise<readonly SourceFile[]> {
  const {paths, unread} = await listFiles(folder, /\.ya?ml$/, limits)
  const files = unread.map(({path, message, remedy}) => unreadFile(path, message, remedy))
  let bytes = 0
  for (let at = 0; at < paths.length && bytes <= limits.bytes; at += AT_ONCE) {
    for (const file of await Promise.all(paths.slice(at, at + AT_ONCE).map(readSource))) {
      bytes += Buffer.byteLength(file.text)
      if (bytes <= limits.bytes) files.push(file)
      else {
        const message = `the folder holds more than ${limits.bytes} bytes`
        files.push({path: file.path, text: '', unread: tooMuch(message)})
        break
      }
    }
  }
  return files.sort((a, b) => (a.path < b.path ? -1 : 1))
}

async function readSource(path: string): Promise<SourceFile> {
  try {
    const found = await stat(path)
    if (!found.isFile()) return unreadFile(path, 'this is no regular file', 'remove or rename it')
    if (found.size > FILE_LIMIT_BYTES) return {path, text: '', unread: tooLong(found.size)}
    return {path, text: await readFile(path, 'utf8')}
  } catch (error) {
    const code = String((error as NodeJS.ErrnoException).code)
    const [message, remedy] = REASONS[code] ?? [`the file cannot be read (${code})`, 'make it readable']
    return unreadFile(path, message, remedy)
  }
}

const REASONS: {readonly [code: string]: readonly [message: string, remedy: string]} = {
  ENOENT: ['there is nothing where this link leads to', 'mend or remove the link'],
  ELOOP: ['this link leads back to itself', 'mend or remove the link'],
  EACCES: ['the file may not be read', 'give read permission to the user that runs tripline'],
}

function unreadFile(path: string, message: string, remedy: string): SourceFile {
  return {path, text: '', unread: {message, remedy}}
}
