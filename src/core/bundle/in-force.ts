import type {EventTime, WallTime} from '../event/time.js'
import type {Bundle} from './bundle.js'
import type {Coverage} from './coverage.js'

/** How a running rule came to run. */
export interface RuleTerm {
  readonly id: string
  readonly version: number
  /** It looks at no anchor before this event time; null if it looks at all. */
  readonly since: EventTime | null
  /** From this anchor time on it sees all that it asks for; null if from its beginning. */
  readonly exactFrom: EventTime | null
}

/** How the bundle in force came to be so, for one partition. Plain data: stored when it changes. */
export interface InForce {
  readonly bundle: string
  /** Offset of the control record; -1 for the first bundle, which needs none. */
  readonly offset: number
  /** When it was activated; null for the first. */
  readonly at: WallTime | null
  readonly rules: readonly RuleTerm[]
  readonly coverage: Coverage
  /** Where time stood in the partition when it was activated; null for the first. */
  readonly time: TakeoverMoment | null
  /** Rules that were to look at all anchors that were not settled, and the first such anchor time; null if none was. */
  readonly backfill: readonly {readonly id: string; readonly from: EventTime | null}[]
  /** Whether there are keys at which they have not looked yet. */
  readonly isBackfilling: boolean
}

/** What was certain by the time a bundle was activated stays so, whatever the settings of the next one. */
export interface TakeoverMoment {
  readonly watermark: EventTime | null
  /** Events up to this time were late. */
  readonly lateUpTo: EventTime | null
  /** Anchors up to this time were settled. */
  readonly settledUpTo: EventTime | null
  /** Deadlines up to this time were reached. */
  readonly resolvedUpTo: EventTime | null
}

/** The first bundle of a partition: its rules look at everything. */
export function firstInForce({id, rules}: Bundle): InForce {
  return {
    bundle: id,
    offset: -1,
    at: null,
    rules: rules.map((rule) => ({id: rule.id, version: rule.version, since: null, exactFrom: null})),
    coverage: {},
    time: null,
    backfill: [],
    isBackfilling: false,
  }
}
