import type {Bundle} from '../../core/bundle/bundle.js'
import {HISTORY} from '../../core/bundle/coverage.js'
import type {InForce} from '../../core/bundle/in-force.js'
import {BEGINNING_OF_TIME, type EventTime} from '../../core/event/time.js'

/** A bundle as it runs in a partition. */
export interface RunningBundle {
  readonly bundle: Bundle
  /** By rule index: the rule looks at no anchor before this time. */
  readonly since: readonly EventTime[]
  /** Rules see no event before this time: not all of those were kept. */
  readonly historyFrom: EventTime
}

export function runningBundle(bundle: Bundle, {rules, coverage}: InForce): RunningBundle {
  return {
    bundle,
    since: bundle.rules.map(({id, version}) => {
      const term = rules.find((known) => known.id === id && known.version === version)
      return term?.since ?? BEGINNING_OF_TIME
    }),
    historyFrom: coverage[HISTORY] ?? BEGINNING_OF_TIME,
  }
}
