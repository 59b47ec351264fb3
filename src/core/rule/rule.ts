import type {KeyField} from '../event/stream.js'
import type {Form} from './form.js'

export type RuleMode = 'live' | 'shadow' | 'off'
export type Severity = 'low' | 'medium' | 'high' | 'critical'
export type Action = 'approve' | 'review' | 'decline'

/** A rule ready to run. */
export interface Rule {
  /** Place in the running set. */
  readonly index: number
  readonly id: string
  readonly version: number
  readonly title: string
  readonly mode: RuleMode
  readonly key: KeyField
  readonly severity: Severity
  readonly action: Action
  /** 1..100 */
  readonly score: number
  /** At most one alert per key in this span of event time, in ms. */
  readonly cooldown: number | undefined
  /** A further field that all its events share: the card, for a rule about one card of a user. */
  readonly narrowedBy: string | undefined
  readonly form: Form
}
