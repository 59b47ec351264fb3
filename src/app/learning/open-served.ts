import {createReadStream, existsSync} from 'node:fs'
import {join} from 'node:path'
import {EmbeddedDatabase} from '../../adapters/embedded/database.js'
import {decodeServedRows, type ServedEntry, type ServedSchema} from '../../learning/training/served-rows.js'
import {publishedIn, servedEntries} from './served-snapshot.js'

/**
 * The features as they were served that a folder holds: an export, or the data of a stopped service. Throws RangeError where it is
 * neither; rejects with DataDirLockedError while a service has it open.
 */
export async function* openServed(folder: string, schema: ServedSchema): AsyncGenerator<ServedEntry> {
  const file = join(folder, 'features.bin')
  if (existsSync(file)) yield* decodeServedRows(createReadStream(file), file)
  else if (existsSync(join(folder, 'db'))) yield* inDatabase(folder, schema)
  else
    throw new RangeError(
      `${folder} holds no features as they were served; name a folder that tripline export wrote, or the data_dir of a service`,
    )
}

async function* inDatabase(folder: string, schema: ServedSchema): AsyncGenerator<ServedEntry> {
  const database = await EmbeddedDatabase.open(folder)
  try {
    yield* servedEntries(publishedIn(database).features(), schema)
  } finally {
    await database.close()
  }
}
