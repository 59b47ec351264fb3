import {grouped} from '../cli/console.js'
import type {RunComparison} from './compare-runs.js'
import type {DifferenceCounts, RunDifference} from './difference-counter.js'

/** How a replay compares with what was emitted, in words. */
export function comparisonWords({
  alerts,
  decisions,
  emitted,
  equal,
  first,
}: RunComparison): readonly string[] {
  const verdict = equal
    ? `zero difference to ${emitted}: ${grouped(alerts.same)} alerts and ${grouped(decisions.same)} decisions are the same`
    : `the replay differs from ${emitted}`
  const counts = equal ? [] : [countWords('alerts', alerts), countWords('decisions', decisions)]
  const models =
    decisions.other_model > 0
      ? [
          `${grouped(decisions.other_model)} decisions were scored by another model; their scores were not compared`,
        ]
      : []
  return [verdict, ...counts, ...models, ...first.map(differenceWords)]
}

function countWords(what: string, counts: DifferenceCounts): string {
  const {same, different, only_replayed, only_emitted} = counts
  return `${what}: ${grouped(same)} the same, ${grouped(different)} different, ${grouped(only_replayed)} only in the replay, ${grouped(only_emitted)} only in what was emitted`
}

function differenceWords({record, difference, id, event_time, about, fields}: RunDifference): string {
  const name = `  ${event_time} ${record} ${id} (${about})`
  if (difference === 'only_replayed') return `${name}: only in the replay`
  if (difference === 'only_emitted') return `${name}: only in what was emitted`
  const differing = fields.map(
    ({field, replayed, emitted}) => `${field}: replayed [${replayed}], emitted [${emitted}]`,
  )
  return `${name}: ${differing.join('; ')}`
}
