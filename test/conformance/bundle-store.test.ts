import {EmbeddedBundleStore} from '../../src/adapters/embedded/bundle-store.js'
import {EmbeddedDatabase} from '../../src/adapters/embedded/database.js'
import {describeBundleStore} from './bundle-store.js'
import {temporaryFolder} from './temporary-folder.js'

describeBundleStore('embedded', async () => {
  const folder = await temporaryFolder()
  const database = await EmbeddedDatabase.open(folder.path)
  return {
    store: new EmbeddedBundleStore(database),
    dispose: async () => {
      await database.close()
      await folder.remove()
    },
  }
})
