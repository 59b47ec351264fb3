import type {StoredEvent} from '../event/stored-event.js'
import type {Evidence, Match} from './form.js'

/**
 * The members of a window, all under one name. A hot key has thousands, again and again: they are told one by one only where
 * somebody asks for the evidence.
 */
export class WindowMatch implements Match {
  private told: readonly Evidence[] | undefined

  constructor(
    private readonly as: string,
    readonly slot: number,
    /** In the total order. */
    readonly members: readonly StoredEvent[],
    readonly truncated: boolean,
  ) {}

  get evidence(): readonly Evidence[] {
    const {as, slot} = this
    this.told ??= this.members.map((event) => ({as, slot, event}))
    return this.told
  }
}
