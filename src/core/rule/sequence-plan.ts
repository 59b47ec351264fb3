import type {SequenceFormParts, SequencePart, SequenceStep} from './sequence-parts.js'

/**
 * What an assignment must agree with, for the step of a slot.
 * - group: the members between its neighbours are as many as they should be. They are bound by it.
 * - across: the step's condition on other events holds
 * - next: nothing lies between the step before it and itself
 * - absent: no such event lies there
 * - until: no such event lies between the step's first event and the anchor
 */
export type Check = {
  readonly slot: number
  /** No older event of the step that is bound at the moment of this check can mend it, if it fails (for a group: if it is too large). */
  readonly isFinal: boolean
} & (
  | {readonly kind: 'group' | 'across' | 'next'}
  | {readonly kind: 'absent' | 'until'; readonly part: SequencePart}
)

/** A point of the search: the step that is bound there, and what can be checked from there on. */
export interface Moment {
  /** The slot of a step that binds one event. Undefined at the first moment if the anchor ends a group. */
  readonly slot: number | undefined
  readonly checks: readonly Check[]
  /** No later check looks at the event that is bound here: if the rest fails, it fails for all older ones, too. */
  readonly isSettled: boolean
}

/** A check, and the slots of the single events that it rests on: through groups, too. */
interface Placed {
  readonly check: Check
  readonly rests: readonly number[]
  /** Checks that need no group come first, then the groups, then what looks at them. */
  readonly phase: 0 | 1 | 2
}

/**
 * Steps with one event are bound from the last to the first, the anchor first of all. Groups follow from their
 * neighbours. Everything is checked as soon as all that it looks at is bound.
 */
export function sequencePlan({steps, until}: SequenceFormParts): readonly Moment[] {
  const singles = steps.filter(isSingle).map(({slot}) => slot)
  const order: (number | undefined)[] = singles.reverse()
  if (!isSingle(steps.at(-1) as SequenceStep)) order.unshift(undefined)
  const placed = [...stepChecks(steps), ...untilChecks(steps, until)].map((each) => ({
    ...each,
    moment: Math.max(0, ...each.rests.map((slot) => order.indexOf(slot))),
  }))
  return order.map((slot, moment) => ({
    slot,
    checks: placed
      .filter((each) => each.moment === moment)
      .sort((a, b) => a.phase - b.phase)
      .map(({check}) => ({...check, isFinal: slot !== undefined && isFinal(check, slot, steps)})),
    isSettled: !placed.some(
      (each) => each.moment > moment && slot !== undefined && each.rests.includes(slot),
    ),
  }))
}

function isSingle({times}: SequenceStep): boolean {
  return times === undefined
}

function stepChecks(steps: readonly SequenceStep[]): readonly Placed[] {
  const restsOf = restsBySlot(steps)
  const usesGroup = (slots: readonly number[]): boolean =>
    slots.some((slot) => steps[slot] !== undefined && !isSingle(steps[slot]))
  const place = (check: Check, slots: readonly number[]): Placed => ({
    check,
    rests: slots.flatMap((slot) => restsOf[slot] ?? []),
    phase: check.kind === 'group' ? 1 : usesGroup(slots) ? 2 : 0,
  })
  return steps.flatMap((step): Placed[] => {
    const {slot, across, next, absences} = step
    const isFinal = false
    const own: Placed[] = !isSingle(step)
      ? [place({kind: 'group', slot, isFinal}, [slot])]
      : across === undefined
        ? []
        : [place({kind: 'across', slot, isFinal}, [slot, ...across.slots])]
    const gap = [slot - 1, slot]
    if (next) own.push(place({kind: 'next', slot, isFinal}, gap))
    for (const part of absences)
      own.push(place({kind: 'absent', slot, part, isFinal}, [...gap, ...(part.across?.slots ?? [])]))
    return own
  })
}

/** An event that stops the sequence whatever the others are keeps every step from being bound before it. */
function untilChecks(steps: readonly SequenceStep[], until: SequencePart | undefined): readonly Placed[] {
  if (until === undefined) return []
  const restsOf = restsBySlot(steps)
  const named = until.across?.slots ?? []
  const early = until.across === undefined ? steps.filter(isSingle).map(({slot}) => slot) : []
  return [...new Set([...early, 0])].map((slot) => ({
    check: {kind: 'until', slot, part: until, isFinal: false},
    rests: [slot, ...named].flatMap((each) => restsOf[each] ?? []),
    phase: 2,
  }))
}

/** By slot: the single events that must be bound before it is known what the step binds. */
function restsBySlot(steps: readonly SequenceStep[]): readonly (readonly number[])[] {
  const rests: (readonly number[])[] = []
  for (const [slot, step] of steps.entries()) {
    if (isSingle(step)) {
      rests.push([slot])
      continue
    }
    const earlier = step.across?.slots.filter((named) => named < slot) ?? []
    const neighbours = [slot - 1, slot + 1].filter((each) => each >= 0 && each < steps.length)
    rests.push([...neighbours, ...earlier.flatMap((named) => rests[named] ?? [])])
  }
  return rests
}

function isFinal(check: Check, bound: number, steps: readonly SequenceStep[]): boolean {
  const {kind, slot} = check
  switch (kind) {
    case 'across':
      return false
    case 'group':
      return bound === slot - 1 && steps[slot]?.across?.slots.includes(bound) !== true
    case 'next':
      return bound === slot - 1
    case 'absent': {
      const leavesRoom = bound === slot - 1 && isSingle(steps[slot] as SequenceStep)
      return leavesRoom && check.part.across?.slots.includes(bound) !== true
    }
    case 'until':
      return bound === slot && check.part.across === undefined
  }
}
