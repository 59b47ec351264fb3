import {cp, readdir, readFile, rm} from 'node:fs/promises'
import {join} from 'node:path'
import {PROJECT} from '../process/built-program.js'

/** A copy of the rules that come with the project, without those by merchants, devices and addresses. */
export async function userRules(folder: string): Promise<string> {
  await cp(join(PROJECT, 'cep-rules'), folder, {recursive: true})
  for (const name of await readdir(folder, {recursive: true})) {
    if (!name.endsWith('.yaml')) continue
    const file = join(folder, name)
    if (/^key: (merchant_id|device_id|ip)$/m.test(await readFile(file, 'utf8'))) await rm(file)
  }
  return folder
}
