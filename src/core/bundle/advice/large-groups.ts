import type {SourceFault} from '../../source/source-fault.js'
import type {RuleSource} from '../bundle.js'

/** Repeated steps that ask for more events than an evaluation looks at, so that the rule never fires. */
export function largeGroups({match, faultAt}: RuleSource, historyCap: number): readonly SourceFault[] {
  if (!('sequence' in match)) return []
  // The newest ones before the anchor, and the anchor.
  const most = historyCap + 1
  return match.sequence.steps.flatMap(({times}, step) => {
    if (times === undefined || times.least <= most) return []
    const path = ['match', 'sequence', 'steps', step, 'times']
    const message = `no evaluation looks at ${times.least} events: ${most} are the most (rules.history_cap)`
    return [faultAt(path, message, 'ask for fewer', 'warning')]
  })
}
