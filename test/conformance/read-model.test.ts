import {EmbeddedDatabase} from '../../src/adapters/embedded/database.js'
import {EmbeddedReadModel} from '../../src/adapters/embedded/read-model.js'
import {MemoryReadModel} from '../../src/adapters/memory/memory-read-model.js'
import {describeReadModel} from './read-model.js'
import {temporaryFolder} from './temporary-folder.js'

describeReadModel('memory', async () => ({model: new MemoryReadModel(), dispose: async () => {}}))

describeReadModel('embedded', async () => {
  const folder = await temporaryFolder()
  const database = await EmbeddedDatabase.open(folder.path)
  return {
    model: new EmbeddedReadModel(database),
    dispose: async () => {
      await database.close()
      await folder.remove()
    },
  }
})
