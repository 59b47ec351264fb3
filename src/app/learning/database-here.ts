import {existsSync} from 'node:fs'
import {join} from 'node:path'
import {EmbeddedDatabase} from '../../adapters/embedded/database.js'
import type {Config} from '../config/config.js'

/** The data directory of a service that does not run, if there is one. Rejects with DataDirLockedError while one runs. */
export async function databaseHere({dataDir}: Config): Promise<EmbeddedDatabase | undefined> {
  return existsSync(join(dataDir, 'db')) ? EmbeddedDatabase.open(dataDir) : undefined
}
