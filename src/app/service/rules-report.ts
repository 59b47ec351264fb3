import type {ActivationReport, RunningRules} from '../../adapters/http/rules-service.js'
import type {Bundle} from '../../core/bundle/bundle.js'
import {bundleChanges} from '../../core/bundle/bundle-changes.js'
import type {InForce} from '../../core/bundle/in-force.js'
import {type EventTime, formatTime, type WallTime} from '../../core/event/time.js'
import type {Partition} from '../../engine/stage/partition.js'

/** What an activation changed, now that it is in force. */
export function reportOf(before: Bundle, bundle: Bundle, inForce: InForce): ActivationReport {
  const {added, changed, removed} = bundleChanges(before, bundle)
  const begun = (id: string) => {
    const term = inForce.rules.find((rule) => rule.id === id)
    return {since: timeText(term?.since), exact_from: timeText(term?.exactFrom)}
  }
  return {
    bundle: bundle.id,
    previous: before.id,
    activated_at: timeText(inForce.at),
    added: added.map((rule) => ({...rule, ...begun(rule.id)})),
    changed: changed.map((rule) => ({...rule, ...begun(rule.id)})),
    removed,
    backfilled: inForce.backfill.map(({id, from}) => {
      const version = bundle.rules.find((rule) => rule.id === id)?.version ?? 0
      return {id, version, ...begun(id), since: timeText(from)}
    }),
  }
}

/** What an activation will change that is on the log: from when each rule is exact, the partitions find out. */
export function announced(
  before: Bundle,
  bundle: Bundle,
  backfill: readonly string[],
  at: WallTime,
): ActivationReport {
  const {added, changed, removed} = bundleChanges(before, bundle)
  const open = {since: null, exact_from: null}
  return {
    bundle: bundle.id,
    previous: before.id,
    activated_at: timeText(at),
    added: added.map((rule) => ({...rule, ...open})),
    changed: changed.map((rule) => ({...rule, ...open})),
    removed,
    backfilled: backfill.map((id) => {
      return {id, version: bundle.rules.find((rule) => rule.id === id)?.version ?? 0, ...open}
    }),
  }
}

/** Nothing differs from what is in force. */
export function unchanged({id}: Bundle): ActivationReport {
  return {bundle: id, previous: id, activated_at: null, added: [], changed: [], removed: [], backfilled: []}
}

/** The rules in force, with what they did. */
export function runningRules(
  {bundle, inForce, counters, shared}: Partition,
  refused: RunningRules['refused'],
): RunningRules {
  return {
    bundle: bundle.id,
    activated_at: timeText(inForce.at),
    backfilling: inForce.isBackfilling ? inForce.backfill.map(({id}) => id) : [],
    rules: bundle.rules.map(({id, version, mode, index}) => {
      const term = inForce.rules.find((rule) => rule.id === id)
      const [own, further] = [counters[index], shared.counters[index]]
      return {
        id,
        version,
        mode: mode === 'shadow' ? 'shadow' : 'live',
        since: timeText(term?.since),
        exact_from: timeText(term?.exactFrom),
        counts: {
          alerts: (own?.alerts ?? 0) + (further?.alerts ?? 0),
          suppressed: (own?.suppressed ?? 0) + (further?.suppressed ?? 0),
          missing_input: (own?.missing_input ?? 0) + (further?.missing_input ?? 0),
          truncated: (own?.truncated ?? 0) + (further?.truncated ?? 0),
        },
      }
    }),
    refused,
  }
}

function timeText(time: EventTime | WallTime | null | undefined): string | null {
  return time === null || time === undefined ? null : formatTime(time)
}
