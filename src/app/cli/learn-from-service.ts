import {DataDirLockedError, type EmbeddedDatabase} from '../../adapters/embedded/database.js'
import type {Config} from '../config/config.js'
import {databaseHere} from '../learning/database-here.js'
import {readServiceAddress} from '../service/service-address.js'
import {askService} from './ask-service.js'
import type {Console} from './console.js'
import {UsageError} from './exit.js'

/** What a stopped service left; `asked` where one runs, which is asked to do it. */
export async function databaseOrService(
  config: Config,
  console: Console,
): Promise<EmbeddedDatabase | 'asked' | undefined> {
  if (config.profile === 'cluster')
    throw new UsageError(
      'workers train what they served: ask one of them, POST /v1/models/retrain; or train --input FILE here',
    )
  try {
    return await databaseHere(config)
  } catch (error) {
    const address = error instanceof DataDirLockedError ? await readServiceAddress(config.dataDir) : undefined
    if (address === undefined) throw error
    console.result(await askService(address, '/v1/models/retrain'))
    console.line(
      `the service at ${address.url} trains a version; GET /v1/models/retrain says what came of it`,
    )
    return 'asked'
  }
}
