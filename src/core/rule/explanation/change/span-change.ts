import type {RuleFile} from '../../rule-file.js'
import type {Hypothesis} from '../trial/hypothesis.js'
import type {Change, Relation} from './change.js'

/** How far a rule reaches in time (ms), if it says so. */
export function spanOf(
  match: RuleFile['match'],
): {readonly what: 'within' | 'span'; readonly ms: number} | undefined {
  if ('window' in match) return {what: 'span', ms: match.window.span}
  if ('together' in match) return {what: 'within', ms: match.together.within}
  return 'sequence' in match ? {what: 'within', ms: match.sequence.within} : undefined
}

/** The rule with another reach in time. */
export function reaching(ms: number): Hypothesis {
  return [{kind: 'match', part: 'span', change: (match) => withSpan(match, ms)}]
}

/** The change of a rule's reach across a border; `ms` lies just across it. */
export function spanChange(match: RuleFile['match'], relation: Relation, border: number, ms: number): Change {
  const span = spanOf(match)
  return {
    told: {what: span?.what ?? 'within', relation, value: border, was: span?.ms ?? 0},
    hypothesis: reaching(ms),
    also: [],
    far: [],
  }
}

function withSpan(match: RuleFile['match'], ms: number): RuleFile['match'] {
  if ('window' in match) return {...match, window: {...match.window, span: ms}}
  if ('together' in match) return {...match, together: {...match.together, within: ms}}
  if ('sequence' in match) return {...match, sequence: {...match.sequence, within: ms}}
  return match
}
