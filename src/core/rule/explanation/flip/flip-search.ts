import type {StoredEvent} from '../../../event/stored-event.js'
import type {Change, ToldChange} from '../change/change.js'
import type {Hypothesis} from '../trial/hypothesis.js'
import type {Trial} from '../trial/trial.js'

/** No explanation is worth more evaluations than this. */
const MOST_TRIALS = 2000

/** Finds out which changes turn what a rule says of an anchor into its opposite: by asking the rule. */
export class FlipSearch {
  private trials = 0

  constructor(
    private readonly trial: Trial,
    private readonly anchor: StoredEvent,
    /** What the rule would say. */
    private readonly fires: boolean,
  ) {}

  /** Whether a hypothesis does it. */
  does(hypothesis: Hypothesis): boolean {
    if (++this.trials > MOST_TRIALS) return false
    return this.trial.fires(this.anchor, hypothesis) === this.fires
  }

  /** The changes that do it together, without those that are not needed; undefined: they do not, or not reliably. */
  proven(changes: readonly Change[]): readonly ToldChange[] | undefined {
    if (!this.does(together(changes))) return undefined
    const needed = this.onlyNeeded(changes)
    const isReliable = needed.every((change, i) =>
      change.also.every((other) => this.does(together(replaced(needed, i, other)))),
    )
    return isReliable && this.isSmallest(needed) ? this.told(needed) : undefined
  }

  /** Whether a single change stops at the border that it names. */
  private isSmallest([change, second]: readonly Change[]): boolean {
    return second !== undefined || change?.short?.some((other) => this.does(other)) !== true
  }

  private onlyNeeded(changes: readonly Change[]): readonly Change[] {
    let needed = changes
    for (const change of changes) {
      const others = needed.filter((each) => each !== change)
      if (others.length > 0 && this.does(together(others))) needed = others
    }
    return needed
  }

  private told(changes: readonly Change[]): readonly ToldChange[] {
    const limits = changes.map((change) => commonLimit(change, changes))
    const byLimits = changes.map((change, i) => {
      const limit = limits[i]
      return limit === undefined ? change : {...change, hypothesis: change.limit?.suppose(limit) ?? []}
    })
    const isByLimits = limits.some((limit) => limit !== undefined) && this.does(together(byLimits))
    return changes.map(({told, far}, i) => {
      if (told.what === 'field') {
        const isFar = far.every((other) => this.does(together(replaced(changes, i, other))))
        return {...told, only_near: !isFar}
      }
      return told.what === 'value' && isByLimits ? {...told, limit: limits[i] ?? null} : told
    })
  }
}

/** The limit in the rule that does for all changes of the same comparison. */
function commonLimit({told, limit}: Change, changes: readonly Change[]): number | undefined {
  if (told.what !== 'value' || limit === undefined) return undefined
  const {place, clause, subject, relation} = told
  const limits = changes.flatMap((other) => {
    const isSame =
      other.told.what === 'value' &&
      other.told.place === place &&
      other.told.clause === clause &&
      other.told.subject === subject &&
      other.told.relation === relation
    return isSame && other.limit !== undefined ? [other.limit.value] : []
  })
  return relation.startsWith('<') ? Math.max(...limits) : Math.min(...limits)
}

function replaced(changes: readonly Change[], at: number, hypothesis: Hypothesis): readonly Change[] {
  return changes.map((change, i) => (i === at ? {...change, hypothesis} : change))
}

export function together(changes: readonly Change[]): Hypothesis {
  return changes.flatMap(({hypothesis}) => hypothesis)
}
