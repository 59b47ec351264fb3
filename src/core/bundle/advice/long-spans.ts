import {describeDuration} from '../../source/duration.js'
import type {Path, SourceFault} from '../../source/source-fault.js'
import type {RuleSource} from '../bundle.js'

/** Spans that reach further back than the event log does (ms), from which a new rule reads what it has missed. */
export function longSpans(
  {match, cooldown, faultAt}: RuleSource,
  logRetention: number,
): readonly SourceFault[] {
  return [...spansOf(match), {path: ['cooldown'], ms: cooldown ?? 0}].flatMap(({path, ms}) => {
    if (ms <= logRetention) return []
    const span = describeDuration(ms)
    const message = `${span} is longer than the event log keeps events (${describeDuration(logRetention)})`
    const remedy = `shorten it, or expect the rule to be exact only ${span} after it is new or its state is rebuilt`
    return [faultAt(path, message, remedy, 'warning')]
  })
}

interface WrittenSpan {
  readonly path: Path
  readonly ms: number
}

function spansOf(match: RuleSource['match']): readonly WrittenSpan[] {
  if ('window' in match) return [{path: ['match', 'window', 'span'], ms: match.window.span}]
  if ('sequence' in match) return [{path: ['match', 'sequence', 'within'], ms: match.sequence.within}]
  if ('together' in match) return [{path: ['match', 'together', 'within'], ms: match.together.within}]
  return []
}
