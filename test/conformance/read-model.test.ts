import {EmbeddedDatabase} from '../../src/adapters/embedded/database.js'
import {EmbeddedReadModel} from '../../src/adapters/embedded/read-model.js'
import {MemoryReadModel} from '../../src/adapters/memory/memory-read-model.js'
import {describeFeatureLog} from './feature-log.js'
import {describeReadModel} from './read-model.js'
import {temporaryFolder} from './temporary-folder.js'
import {describeVerdicts} from './verdicts.js'

const memory = async () => ({model: new MemoryReadModel(), dispose: async () => {}})

async function embedded() {
  const folder = await temporaryFolder()
  const database = await EmbeddedDatabase.open(folder.path)
  return {
    model: new EmbeddedReadModel(database),
    dispose: async () => {
      await database.close()
      await folder.remove()
    },
  }
}

describeReadModel('memory', memory)
describeReadModel('embedded', embedded)
describeVerdicts('memory', memory)
describeVerdicts('embedded', embedded)
describeFeatureLog('memory', memory)
describeFeatureLog('embedded', embedded)
