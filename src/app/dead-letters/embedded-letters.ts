import {EmbeddedDatabase} from '../../adapters/embedded/database.js'
import {EmbeddedReadModel} from '../../adapters/embedded/read-model.js'
import type {Clock} from '../../engine/port/clock.js'
import {loadFolders} from '../bundle/load-bundle.js'
import type {Config} from '../config/config.js'
import {EmbeddedService} from '../service/embedded-service.js'
import type {LetterBox} from './letter-box.js'

/** Dead letters of a service on local disk, which is stopped. Looking at them changes nothing; the first that is sent starts the service. */
export async function openEmbeddedLetters(config: Config, clock: Clock): Promise<LetterBox> {
  const database = await EmbeddedDatabase.open(config.dataDir)
  const readModel = new EmbeddedReadModel(database)
  let service: EmbeddedService | undefined
  return {
    deadLetters: (reason, limit, cursor) => readModel.deadLetters(reason, limit, cursor),
    deadLetter: (id) => readModel.deadLetter(id),
    send: async ({id, letter}) => {
      if (service === undefined) {
        await database.close()
        service = await startService(config, clock)
      }
      const stream = letter.origin.topic === 'unknown' ? undefined : letter.origin.topic
      const bytes = Buffer.from(letter.raw as string, 'base64')
      const [fate] = await service.append([
        {stream, bytes, arrivedAt: clock.now(), attempt: letter.attempt + 1},
      ])
      await service.parts.readModel.markReplayed(id)
      return fate?.fate ?? 'lost'
    },
    close: async () => {
      await (service === undefined ? database.close() : service.stop())
    },
  }
}

async function startService(config: Config, clock: Clock): Promise<EmbeddedService> {
  const failures: Error[] = []
  return EmbeddedService.start({
    config,
    folder: await loadFolders(config),
    dataDir: config.dataDir,
    clock,
    onFailure: (error) => void failures.push(error),
  })
}
