import type {Path, RuleCompilation} from './rule-compilation.js'
import type {SequenceMatch, SequenceStep} from './rule-file.js'

export const STEPS: Path = ['match', 'sequence', 'steps']

/** Tells what is wrong with the steps of a sequence, whatever their conditions say. */
export function checkSteps({sequence}: SequenceMatch, compilation: RuleCompilation): void {
  const {steps, until} = sequence
  const isBinding = ({as}: SequenceStep) => as !== undefined
  if (!steps.some(isBinding)) {
    compilation.fault(STEPS, 'no step binds an event', 'add a step with as: for the alert to be about')
  } else if (steps[0] !== undefined && !isBinding(steps[0])) {
    const remedy = 'begin with a step that binds an event'
    compilation.fault([...STEPS, 0], 'an absence needs an event before it', remedy)
  }
  for (const [place, step] of steps.entries()) checkStep(step, [...STEPS, place], compilation)
  checkOrder(steps, compilation)
  checkNames(steps, until?.as, compilation)
}

function checkStep({as, absent, times, next}: SequenceStep, path: Path, compilation: RuleCompilation): void {
  if (as === undefined && absent === undefined) {
    const remedy = 'write as: <name> for an event, or absent: <name> for none'
    compilation.fault(path, 'a step needs a name', remedy)
  }
  if (absent === undefined) return
  if (as !== undefined) {
    const message = `${absent} cannot be absent and bound as ${as}`
    compilation.fault([...path, 'absent'], message, 'make it two steps')
  }
  const extra = times !== undefined ? 'times' : next !== undefined ? 'next' : undefined
  if (extra !== undefined)
    compilation.fault([...path, extra], `an absent event takes no ${extra}`, `remove ${extra}`)
}

/** What depends on the binding step before. */
function checkOrder(steps: readonly SequenceStep[], compilation: RuleCompilation): void {
  let before: SequenceStep | undefined
  for (const [place, step] of steps.entries()) {
    const {as, times, next} = step
    if (as === undefined) continue
    const path = [...STEPS, place]
    if (next === true && before === undefined) {
      const message = `${as} is the first step: there is nothing that it could be next to`
      compilation.fault([...path, 'next'], message, 'remove next')
    } else if (next === true && times !== undefined) {
      const message = `${as} is a group, and next says where one event stands`
      compilation.fault([...path, 'next'], message, 'remove next or times')
    }
    if (times !== undefined && before?.times !== undefined) {
      const message = `${before.as} and ${as} are two groups side by side: nothing tells where one ends`
      const remedy = 'put a step with a single event between them, or make them one group'
      compilation.fault([...path, 'times'], message, remedy)
    }
    before = step
  }
}

/** Absences may share a name, as each is seen by its own condition only. */
function checkNames(
  steps: readonly SequenceStep[],
  until: string | undefined,
  compilation: RuleCompilation,
): void {
  const twice = (name: string, path: Path): void =>
    compilation.fault(path, `${name} names two events`, 'give each its own name')
  const bound = new Set<string>()
  for (const [place, {as}] of steps.entries()) {
    if (as === undefined) continue
    if (bound.has(as)) twice(as, [...STEPS, place, 'as'])
    bound.add(as)
  }
  for (const [place, {as, absent}] of steps.entries())
    if (as === undefined && absent !== undefined && bound.has(absent))
      twice(absent, [...STEPS, place, 'absent'])
  if (until !== undefined && bound.has(until)) twice(until, ['match', 'sequence', 'until', 'as'])
}
