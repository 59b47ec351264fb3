import {holds} from './conditions.js'
import type {AbsentStep, AcceptedEvent, BindingStep, Evidence, SequenceMatch, StreamName} from './shapes.js'
import {durationMs} from './spelled-time.js'
import {before, compareEvents} from './total-order.js'
import type {World} from './world.js'

/** A binding step with the absences that stand between the step before it and itself. */
interface Part {
  readonly step: BindingStep
  readonly absences: readonly AbsentStep[]
}

interface Plan {
  readonly parts: readonly Part[]
  readonly trailing: readonly AbsentStep[]
  /** The streams of all steps, absences and `until`: what `next` counts. */
  readonly streams: readonly StreamName[]
  readonly within: number
}

/** What each step bound: one event, or the members of its group. */
type Binding = readonly (readonly AcceptedEvent[])[]

/**
 * Form `sequence`: events strictly one after the other, each satisfying its step, from the first to the
 * last no more than `within`; the anchor is the last bound event. The evidence is chosen first; then the
 * trailing absence is judged for it alone, up to and including its deadline.
 */
export function sequenceEvidence(
  match: SequenceMatch,
  history: readonly AcceptedEvent[],
  anchor: AcceptedEvent,
  world: World,
): Evidence | null {
  const plan = planOf(match)
  const search = (index: number, singles: readonly (AcceptedEvent | null)[]): Binding | null => {
    if (index < 0) return complete(match, plan, history, anchor, singles, world)
    const {step} = plan.parts[index] as Part
    if (step.times !== undefined) return search(index - 1, [null, ...singles])
    // From the last step to the first, the newest event first: the first binding found is the preferred one.
    for (const event of candidates(step, plan, history, anchor, singles)) {
      const found = search(index - 1, [event, ...singles])
      if (found !== null) return found
    }
    return null
  }
  const binding = search(plan.parts.length - 1, [])
  if (binding === null) return null
  const members = plan.parts.flatMap(({step}, index) =>
    (binding[index] ?? []).map((event) => ({as: step.as, event})),
  )
  members.sort((left, right) => compareEvents(left.event, right.event))
  if (plan.trailing.length === 0) return {members}
  const first = (binding[0] as readonly AcceptedEvent[])[0] as AcceptedEvent
  const deadline = first.time + plan.within
  const afterwards = history.filter((event) => before(anchor, event) && event.time <= deadline)
  const isAbsent = noneOf(plan.trailing, afterwards, anchor, boundNames(plan, binding), world)
  return isAbsent ? {members, deadline} : null
}

function planOf(match: SequenceMatch): Plan {
  const {steps, until, within} = match.sequence
  const parts: Part[] = []
  let absences: AbsentStep[] = []
  for (const step of steps) {
    if ('absent' in step) absences.push(step)
    else {
      parts.push({step, absences})
      absences = []
    }
  }
  const streams = [...steps, ...(until === undefined ? [] : [until])].map((part) => part.stream)
  return {parts, trailing: absences, streams, within: durationMs(within)}
}

/** Events that a single step could take, newest first; as the last step of all it takes the anchor. */
function candidates(
  step: BindingStep,
  plan: Plan,
  history: readonly AcceptedEvent[],
  anchor: AcceptedEvent,
  later: readonly (AcceptedEvent | null)[],
): readonly AcceptedEvent[] {
  if (later.length === 0) return anchor.stream === step.stream ? [anchor] : []
  const next = later.find((event) => event !== null) ?? anchor
  const earliest = anchor.time - plan.within
  return history
    .filter((event) => event.stream === step.stream && event.time >= earliest && before(event, next))
    .reverse()
}

interface Names {
  readonly names: Record<string, AcceptedEvent>
  readonly groups: Record<string, readonly AcceptedEvent[]>
}

/** The names bound by the steps that have a binding so far. A group's name stands for its last event. */
function boundNames(plan: Plan, binding: Binding): Names {
  const bound: Names = {names: {}, groups: {}}
  for (const [index, events] of binding.entries()) {
    const {step} = plan.parts[index] as Part
    bound.names[step.as] = events.at(-1) as AcceptedEvent
    if (step.times !== undefined) bound.groups[step.as] = events
  }
  return bound
}

/** Given the events of the single steps, binds the groups between them and checks every step, in order. */
function complete(
  match: SequenceMatch,
  plan: Plan,
  history: readonly AcceptedEvent[],
  anchor: AcceptedEvent,
  singles: readonly (AcceptedEvent | null)[],
  world: World,
): Binding | null {
  const between = (from: AcceptedEvent | undefined, to: AcceptedEvent): AcceptedEvent[] =>
    history.filter((event) => (from === undefined || before(from, event)) && before(event, to))
  const binding: AcceptedEvent[][] = []
  for (const [index, {step, absences}] of plan.parts.entries()) {
    const bound = boundNames(plan, binding)
    const previous = binding.at(-1)?.at(-1)
    const satisfies = (event: AcceptedEvent): boolean =>
      event.stream === step.stream &&
      holds(step.when, {
        world,
        tested: event,
        anchorTime: anchor.time,
        names: {...bound.names, [step.as]: event},
        groups: bound.groups,
      })
    const single = singles[index] ?? null
    const end = singles.slice(index + 1).find((event) => event !== null) ?? null
    const room = [...between(previous, end ?? anchor), ...(end === null ? [anchor] : [])]
    const events =
      single === null
        ? room.filter((event) => event.time >= anchor.time - plan.within && satisfies(event))
        : [single].filter(satisfies)
    const [first] = events
    if (first === undefined || !isSizeInRange(events.length, step.times ?? 1)) return null
    if (index === plan.parts.length - 1 && events.at(-1) !== anchor) return null
    if (previous !== undefined) {
      const gap = between(previous, first)
      if (!noneOf(absences, gap, anchor, bound, world)) return null
      if (step.next === true && gap.some((event) => plan.streams.includes(event.stream))) return null
    }
    binding.push(events)
  }
  const first = (binding[0] as readonly AcceptedEvent[])[0] as AcceptedEvent
  if (anchor.time - first.time > plan.within) return null
  const {until} = match.sequence
  const stops = until === undefined ? [] : [{...until, absent: until.as}]
  return noneOf(stops, between(first, anchor), anchor, boundNames(plan, binding), world) ? binding : null
}

function noneOf(
  absences: readonly AbsentStep[],
  events: readonly AcceptedEvent[],
  anchor: AcceptedEvent,
  bound: Names,
  world: World,
): boolean {
  return !absences.some(({absent, stream, when}) =>
    events.some(
      (event) =>
        event.stream === stream &&
        holds(when, {
          world,
          tested: event,
          anchorTime: anchor.time,
          names: {...bound.names, [absent]: event},
          groups: bound.groups,
        }),
    ),
  )
}

/** `times`: `3`, `2..4` or `3..`. */
function isSizeInRange(size: number, times: number | string): boolean {
  const [low = '', high] = String(times).split('..')
  const most = high === undefined ? Number(low) : high === '' ? Number.POSITIVE_INFINITY : Number(high)
  return size >= Number(low) && size <= most
}
