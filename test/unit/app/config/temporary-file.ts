import {mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {onTestFinished} from 'vitest'

/** A folder that does not exist, so that no file of the working directory is read. */
export const NO_FOLDER = join(tmpdir(), 'tripline-no-such-folder')

/** Path of a file with this text, gone when the test is. */
export function temporaryFile(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'tripline-config-'))
  onTestFinished(() => rmSync(folder, {recursive: true}))
  const file = join(folder, 'tripline.yaml')
  writeFileSync(file, text)
  return file
}
