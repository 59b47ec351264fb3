import type {StoredEvent} from '../event/stored-event.js'
import type {WindowCount} from './running-window.js'

/** Events that agree in all fields that are compared. */
export interface Kind {
  /** One of them, or of those that have left the window. */
  readonly example: StoredEvent
  count: number
}

/** By the value of a field, what leads on to the next field's; under the last one stands the kind. */
interface Branch {
  readonly next: Map<unknown, Branch>
  kind: Kind | undefined
}

/** The kinds of events in a window: few, where many events are alike. */
export class WindowKinds implements WindowCount {
  private readonly root: Branch = {next: new Map(), kind: undefined}
  private readonly standing = new Set<Kind>()

  constructor(
    private readonly fields: readonly string[],
    private readonly isMember: (event: StoredEvent) => boolean,
  ) {}

  count(event: StoredEvent, by: 1 | -1): void {
    if (!this.isMember(event)) return
    const branch = this.branchOf(event)
    if (branch.kind === undefined) branch.kind = {example: event, count: 0}
    const {kind} = branch
    kind.count += by
    if (kind.count === 0) {
      this.standing.delete(kind)
      this.cut(event)
    } else if (by === 1 && kind.count === 1) this.standing.add(kind)
  }

  /** The kinds of which there are events. */
  kinds(): Iterable<Kind> {
    return this.standing
  }

  /** The kind that an event belongs to; undefined if it is no member. */
  kindOf(event: StoredEvent): Kind | undefined {
    return this.isMember(event) ? this.branchOf(event).kind : undefined
  }

  private branchOf({fields}: StoredEvent): Branch {
    let branch = this.root
    for (const field of this.fields) {
      const value = fields[field]
      let next = branch.next.get(value)
      if (next === undefined) {
        next = {next: new Map(), kind: undefined}
        branch.next.set(value, next)
      }
      branch = next
    }
    return branch
  }

  /** Removes an event's kind, and the branches that lead to nothing else. */
  private cut({fields}: StoredEvent): void {
    const path: Branch[] = [this.root]
    for (const field of this.fields) path.push((path.at(-1) as Branch).next.get(fields[field]) as Branch)
    ;(path.at(-1) as Branch).kind = undefined
    for (let depth = this.fields.length; depth > 0; depth--) {
      const {next, kind} = path[depth] as Branch
      if (next.size > 0 || kind !== undefined) return
      ;(path[depth - 1] as Branch).next.delete(fields[this.fields[depth - 1] as string])
    }
  }
}
