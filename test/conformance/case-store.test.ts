import {EmbeddedCaseStore} from '../../src/adapters/embedded/case-store.js'
import {EmbeddedDatabase} from '../../src/adapters/embedded/database.js'
import {MemoryCaseStore} from '../../src/adapters/memory/memory-case-store.js'
import {DEADLINES, describeCases} from './cases.js'
import {temporaryFolder} from './temporary-folder.js'

describeCases('memory', async () => ({store: new MemoryCaseStore(DEADLINES), dispose: async () => {}}))

describeCases('embedded', async () => {
  const folder = await temporaryFolder()
  const database = await EmbeddedDatabase.open(folder.path)
  return {
    store: await EmbeddedCaseStore.open(database, DEADLINES),
    dispose: async () => {
      await database.close()
      await folder.remove()
    },
  }
})
