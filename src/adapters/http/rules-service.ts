import type {Amendment} from '../../core/bundle/amend.js'
import type {Actor} from '../../core/case/audit-record.js'
import type {RuleCounts} from '../../core/decision/rule-counters.js'

/** A rule that runs, and how exact it is. Times are RFC 3339; null says: from the beginning. */
export interface RunningRule {
  readonly id: string
  readonly version: number
  readonly mode: 'live' | 'shadow'
  /** It looks at anchors from this event time on. */
  readonly since: string | null
  /** From this anchor time on it sees all that it asks for. */
  readonly exact_from: string | null
  readonly counts: RuleCounts
}

/** The rules in force. */
export interface RunningRules {
  readonly bundle: string
  /** Null for the bundle with which the log began. */
  readonly activated_at: string | null
  /** Rules that still look, key by key, at anchors from before. */
  readonly backfilling: readonly string[]
  readonly rules: readonly RunningRule[]
  /** The folder's newest content, if it was refused. */
  readonly refused: {readonly at: string; readonly faults: readonly string[]} | null
}

export interface ActivationRequest {
  /** Who asks for it. */
  readonly by: Actor
  /** Id of a bundle that was in force before; the folder's content if absent. */
  readonly bundle?: string | undefined
  /** The bundle that the folder must hold, if it is to be activated: what was looked at. */
  readonly expected?: string | undefined
  /** What is to be changed of the rules in force; then neither the folders nor a former bundle are meant. */
  readonly amendment?: Amendment | undefined
  /** Rules that are to look at all anchors that are not settled. */
  readonly backfill: readonly string[]
}

interface BegunRule {
  readonly since: string | null
  readonly exact_from: string | null
}

/** What an activation changed. */
export interface ActivationReport {
  readonly bundle: string
  readonly previous: string
  /** Null if nothing was activated, because nothing differs. */
  readonly activated_at: string | null
  readonly added: readonly (BegunRule & {readonly id: string; readonly version: number})[]
  readonly changed: readonly (BegunRule & {readonly id: string; readonly from: number; readonly to: number})[]
  readonly removed: readonly {readonly id: string; readonly version: number}[]
  readonly backfilled: readonly (BegunRule & {readonly id: string; readonly version: number})[]
}

/** The rules cannot be activated; those in force stay so. */
export class RulesRefusedError extends Error {
  /** Each with place and remedy. */
  constructor(readonly faults: readonly string[]) {
    super(faults.join('\n'))
    this.name = 'RulesRefusedError'
  }
}

/** No bundle of that id was ever in force. */
export class UnknownBundleError extends RangeError {
  constructor(id: string, known: readonly string[]) {
    super(`there is no bundle ${id} in this data directory; known are ${known.join(', ')}`)
    this.name = 'UnknownBundleError'
  }
}

/** The rules of the running service. */
export interface RulesService {
  running(): RunningRules
  /** Resolves when the rules are in force. Rejects with RulesRefusedError or UnknownBundleError. */
  activate(request: ActivationRequest): Promise<ActivationReport>
}
