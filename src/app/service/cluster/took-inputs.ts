import type {TopicNames} from '../../../adapters/kafka/topic-names.js'
import type {Checkpoint} from '../../../engine/port/state-store.js'

/** Inputs came while a command looked at what is stored. */
export class StateMovesError extends RangeError {
  constructor(partition: number) {
    super(
      `partition ${partition} took inputs meanwhile; stop the workers, or what sends to them, and try again`,
    )
    this.name = 'StateMovesError'
  }
}

/** Whether a partition took inputs since. Partitions tell each other how time goes on also where nothing comes in. */
export function tookInputs(
  before: Checkpoint,
  after: Checkpoint | undefined,
  {exchange}: TopicNames,
): boolean {
  const places = Object.entries(after?.positions ?? {})
  return places.some(
    ([place, position]) => !place.startsWith(`${exchange}/`) && before.positions?.[place] !== position,
  )
}
