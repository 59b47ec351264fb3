import {EmbeddedDatabase} from '../../src/adapters/embedded/database.js'
import {EmbeddedEventLog} from '../../src/adapters/embedded/event-log.js'
import {MemoryEventLog} from '../../src/adapters/memory/memory-event-log.js'
import {describeEventLog} from './event-log.js'
import {temporaryFolder} from './temporary-folder.js'

describeEventLog('memory', async (settings) => {
  return {log: new MemoryEventLog(settings), dispose: async () => {}}
})

describeEventLog('embedded', async (settings) => {
  const folder = await temporaryFolder()
  const database = await EmbeddedDatabase.open(folder.path)
  return {
    log: await EmbeddedEventLog.open(database, settings),
    dispose: async () => {
      await database.close()
      await folder.remove()
    },
  }
})
