import type {Condition} from '../../../expression/condition.js'
import type {RuleFile, SequenceMatch} from '../../rule-file.js'

/** One condition of a rule, and whose it is. */
export interface RulePart {
  /** Where the file holds it, such as `match.together.of.0.when`. */
  readonly place: string
  /** The name of the event that is tested, and its slot. */
  readonly as: string
  readonly slot: number
  /** Whether it is about an event of a match, or about one that must not be there. */
  readonly role: 'bound' | 'absent'
  readonly condition: Condition
}

type Conditions = ReadonlyMap<string, Condition>

/** The conditions of a rule in the order of its file. `conditions`: by place. */
export function rulePartsOf(match: RuleFile['match'], conditions: Conditions): readonly RulePart[] {
  if ('event' in match) return partAt(conditions, 'match.when', match.event.as, 0)
  if ('window' in match) {
    const {as} = match.window
    return [...partAt(conditions, 'match.window.when', as, 0), ...partAt(conditions, 'match.having', as, 0)]
  }
  if ('sequence' in match) return sequenceParts(match.sequence, conditions)
  return match.together.of.flatMap(({as}, slot) =>
    partAt(conditions, `match.together.of.${slot}.when`, as, slot),
  )
}

/** Steps that bind an event have the first slots, in order; absences and `until` those after them. */
function sequenceParts(
  {steps, until}: SequenceMatch['sequence'],
  conditions: Conditions,
): readonly RulePart[] {
  let bound = 0
  let absent = steps.filter(({as}) => as !== undefined).length
  const parts = steps.flatMap((step, place) => {
    const at = `match.sequence.steps.${place}.when`
    if (step.as !== undefined) return partAt(conditions, at, step.as, bound++)
    return partAt(conditions, at, step.absent ?? '', absent++, 'absent')
  })
  const stop =
    until === undefined ? [] : partAt(conditions, 'match.sequence.until.when', until.as, absent, 'absent')
  return [...parts, ...stop]
}

function partAt(
  conditions: Conditions,
  place: string,
  as: string,
  slot: number,
  role: RulePart['role'] = 'bound',
): readonly RulePart[] {
  const condition = conditions.get(place)
  return condition === undefined ? [] : [{place, as, slot, role, condition}]
}
