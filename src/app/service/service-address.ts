import {mkdir, readFile, rm, writeFile} from 'node:fs/promises'
import {join, resolve} from 'node:path'
import {z} from 'zod'
import type {Config} from '../config/config.js'

const addressSchema = z.object({url: z.string(), rules: z.string(), features: z.string()})

/** Where the process that has a data directory open listens, and where it reads rules from. */
export type ServiceAddress = z.infer<typeof addressSchema>

const fileOf = (dataDir: string): string => join(dataDir, 'service.json')

/** Tells other commands where the service is. */
export async function writeServiceAddress({dataDir, rules, features}: Config, url: string): Promise<void> {
  await mkdir(dataDir, {recursive: true, mode: 0o700})
  const address: ServiceAddress = {url, rules: resolve(rules.dir), features: resolve(features.dir)}
  await writeFile(fileOf(dataDir), `${JSON.stringify(address)}\n`)
}

export async function removeServiceAddress({dataDir}: Config): Promise<void> {
  await rm(fileOf(dataDir), {force: true})
}

/** What the process says that has the data directory open; it may have died since. Undefined if it does not say. */
export async function readServiceAddress(dataDir: string): Promise<ServiceAddress | undefined> {
  try {
    return addressSchema.parse(JSON.parse(await readFile(fileOf(dataDir), 'utf8')))
  } catch {
    // None, or not whole: whoever asks has other means to know whether a process is there.
    return undefined
  }
}
