import type {KeyState} from '../../core/decision/key-state.js'
import type {StoredEvent} from '../../core/event/stored-event.js'
import type {KeyField} from '../../core/event/stream.js'
import type {Exchange} from './exchange.js'
import type {KeyedStage} from './keyed-stage.js'

/**
 * Where an event belongs in the stages by other fields than the one that it was accepted by: looked up once, for features
 * and for rules. What was found stands here until the next event.
 */
export class FurtherPlaces {
  /** The key in whose history the event enters, by stage; undefined if in none. */
  readonly keys: (string | undefined)[] = []
  /** The state of the event's key, by stage; undefined if it is elsewhere, or nothing is known of it and nothing enters. */
  readonly states: (KeyState | undefined)[] = []
  /** By stage: whether the event enters that state's history. */
  readonly enters: boolean[] = []

  constructor(
    readonly stages: readonly KeyedStage[],
    private readonly exchange: Exchange | undefined,
  ) {}

  /** `home`: the field that it was accepted by. `entersHere`: whether it enters histories of this partition at all. */
  look(event: StoredEvent, home: KeyField | undefined, entersHere: boolean): void {
    const {stages, exchange} = this
    for (let i = 0; i < stages.length; i++) {
      const stage = stages[i] as KeyedStage
      this.keys[i] = undefined
      this.states[i] = undefined
      this.enters[i] = false
      if (stage.keyField === home) continue
      const key = event.fields[stage.keyField]
      if (typeof key !== 'string' || key === '') continue
      const isTaken = stage.takes(event.stream)
      if (isTaken) this.keys[i] = key
      if (exchange !== undefined && !(entersHere && exchange.hosts(key))) continue
      if (isTaken) this.enter(i, stage.stateOf(key), event)
      else this.states[i] = stage.keys.get(key)
    }
  }

  /** The state of an event's key in a stage. */
  stateAt(stage: KeyedStage): KeyState | undefined {
    return this.states[this.stages.indexOf(stage)]
  }

  /** Ids are unique within a user: of two users' events with the same id, the first stands in a history. */
  private enter(i: number, state: KeyState, {stream, rank, id}: StoredEvent): void {
    this.states[i] = state
    this.enters[i] = state.history.find(stream, rank, id) === undefined
  }
}
