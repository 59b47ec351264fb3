import type {SequenceFormParts, SequencePart, SequenceStep} from './sequence-parts.js'

/**
 * What an assignment must agree with, for the step of a slot.
 * - group: the members between its neighbours are as many as they should be; they are bound by it
 * - across: the step's condition on other events holds
 * - next: nothing lies between the step before it and itself
 * - absent: no such event lies there
 * - until: no such event lies between the step's first event and the anchor
 */
export type Check = {readonly slot: number} & (
  | {readonly kind: 'group' | 'across' | 'next'}
  | {readonly kind: 'absent' | 'until'; readonly part: SequencePart}
)

/** A point of the search: the step that is bound there, and what can be checked from there on. */
export interface Moment {
  /** The slot of a step that binds one event. Undefined at the first moment if the anchor ends a group. */
  readonly slot: number | undefined
  /** `isFinal`: if the check fails, or finds a group too large, no older event that is bound here can mend it. */
  readonly checks: readonly (Check & {readonly isFinal: boolean})[]
  /** No later check looks at the event that is bound here: if the rest fails, it fails for all older ones, too. */
  readonly isSettled: boolean
}

/** A check, and the slots of the steps that it looks at. */
interface CheckOf {
  readonly check: Check
  readonly slots: readonly number[]
}

/**
 * Steps with one event are bound from the last to the first, the anchor first of all. Groups follow from their
 * neighbours. Everything is checked as soon as all that it looks at is bound.
 */
export function sequencePlan({steps, until}: SequenceFormParts): readonly Moment[] {
  const order: (number | undefined)[] = steps.filter(isSingle).map(({slot}) => slot)
  order.reverse()
  if (!isSingle(steps.at(-1) as SequenceStep)) order.unshift(undefined)
  const restsOf = restsBySlot(steps)
  const placed = [...stepChecks(steps), ...untilChecks(steps, until)].map(({check, slots}) => {
    const rests = slots.flatMap((slot) => restsOf[slot] ?? [])
    const moment = Math.max(0, ...rests.map((slot) => order.indexOf(slot)))
    // What needs no group comes first, then the groups, then what looks at them.
    const looksAtGroup = slots.some((slot) => steps[slot]?.times !== undefined)
    return {check, rests, moment, phase: check.kind === 'group' ? 1 : looksAtGroup ? 2 : 0}
  })
  return order.map((slot, moment) => ({
    slot,
    checks: placed
      .filter((each) => each.moment === moment)
      .sort((a, b) => a.phase - b.phase)
      .map(({check}) => ({...check, isFinal: slot !== undefined && isFinal(check, slot, steps, restsOf)})),
    isSettled: !placed.some(
      (each) => each.moment > moment && slot !== undefined && each.rests.includes(slot),
    ),
  }))
}

function isSingle({times}: SequenceStep): boolean {
  return times === undefined
}

/** By slot: the single events that must be bound before it is known what the step binds. */
function restsBySlot(steps: readonly SequenceStep[]): readonly (readonly number[])[] {
  const rests: (readonly number[])[] = []
  for (const [slot, step] of steps.entries()) {
    const earlier = namedBy(step).filter((named) => named < slot)
    const neighbours = [slot - 1, slot + 1].filter((each) => each >= 0 && each < steps.length)
    rests.push(isSingle(step) ? [slot] : [...neighbours, ...earlier.flatMap((named) => rests[named] ?? [])])
  }
  return rests
}

function stepChecks(steps: readonly SequenceStep[]): readonly CheckOf[] {
  return steps.flatMap((step): CheckOf[] => {
    const {slot, across, next, absences} = step
    const checks: CheckOf[] = []
    const gap = [slot - 1, slot]
    if (!isSingle(step)) checks.push({check: {kind: 'group', slot}, slots: [slot]})
    else if (across !== undefined)
      checks.push({check: {kind: 'across', slot}, slots: [slot, ...across.slots]})
    if (next) checks.push({check: {kind: 'next', slot}, slots: gap})
    for (const part of absences)
      checks.push({check: {kind: 'absent', slot, part}, slots: [...gap, ...namedBy(part)]})
    return checks
  })
}

function namedBy({across}: SequencePart): readonly number[] {
  return across?.slots ?? []
}

/** An event that stops the sequence whatever the others are keeps every step from being bound before it. */
function untilChecks(steps: readonly SequenceStep[], part: SequencePart | undefined): readonly CheckOf[] {
  if (part === undefined) return []
  const early = part.across === undefined ? steps.filter(isSingle).map(({slot}) => slot) : []
  return [...new Set([...early, 0])].map((slot) => ({
    check: {kind: 'until', slot, part},
    slots: [slot, ...namedBy(part)],
  }))
}

/** Whether a check that fails for the event that was bound last fails for all older ones, too. */
function isFinal(
  check: Check,
  bound: number,
  steps: readonly SequenceStep[],
  restsOf: readonly (readonly number[])[],
): boolean {
  const {kind, slot} = check
  const isAsked = (part: SequencePart): boolean =>
    namedBy(part).some((named) => named !== part.slot && restsOf[named]?.includes(bound))
  const step = steps[slot] as SequenceStep
  switch (kind) {
    case 'across':
      return false
    case 'group':
      return bound === slot - 1 && !isAsked(step)
    case 'next':
      return bound === slot - 1
    case 'absent':
      return bound === slot - 1 && isSingle(step) && !isAsked(check.part)
    case 'until':
      return bound === slot && check.part.across === undefined
  }
}
