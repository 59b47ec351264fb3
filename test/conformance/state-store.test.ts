import {EmbeddedDatabase} from '../../src/adapters/embedded/database.js'
import {EmbeddedStateStore} from '../../src/adapters/embedded/state-store.js'
import {MemoryStateStore} from '../../src/adapters/memory/memory-state-store.js'
import {describeStateStore} from './state-store.js'
import {temporaryFolder} from './temporary-folder.js'

describeStateStore('memory', async () => {
  const store = new MemoryStateStore()
  return {store, restart: async () => store, dispose: async () => {}}
})

describeStateStore('embedded', async () => {
  const folder = await temporaryFolder()
  let database = await EmbeddedDatabase.open(folder.path)
  return {
    store: new EmbeddedStateStore(database),
    restart: async () => {
      await database.close()
      database = await EmbeddedDatabase.open(folder.path)
      return new EmbeddedStateStore(database)
    },
    dispose: async () => {
      await database.close()
      await folder.remove()
    },
  }
})
