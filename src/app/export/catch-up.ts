import type {EventTime} from '../../core/event/time.js'
import type {Clock} from '../../engine/port/clock.js'
import type {Partition} from '../../engine/stage/partition.js'
import type {Config} from '../config/config.js'
import {scorerOf} from '../learning/scorer-of.js'
import {EmbeddedService} from '../service/embedded-service.js'

/**
 * Does what a service that was killed left undone: inputs on the log that it had not looked at, deadlines that were
 * due, records that were not published. The rules in force stay as they are, whatever the folder holds. Resolves with the event
 * time up to which nothing changes any more.
 */
export async function catchUp(config: Config, clock: Clock): Promise<EventTime> {
  let failure: Error | undefined
  let done: () => void = () => undefined
  const isDone = new Promise<void>((resolve) => {
    done = resolve
  })
  let service: EmbeddedService | undefined
  service = await EmbeddedService.start({
    config,
    folder: undefined,
    dataDir: config.dataDir,
    clock,
    scorer: await scorerOf(config, {}),
    onBatch: ({partition}) => {
      if (partition.offset === service?.logEnd && !owes(partition)) done()
    },
    onFailure: (error) => {
      failure = error
      done()
    },
  })
  await isDone
  const settledUpTo = service.settledUpTo()
  await service.stop()
  if (failure !== undefined) throw failure
  return settledUpTo
}

function owes({stages, inForce}: Partition): boolean {
  return inForce.isBackfilling || stages.some((stage) => stage.dueKeys(1).length > 0)
}
