import type {Stream} from '../event/stream.js'
import type {EventName} from '../expression/scope.js'
import {compileGate, compilePredicate, isAlone} from './compile-predicate.js'
import type {Form} from './form.js'
import {eventName, type Path, type RuleCompilation} from './rule-compilation.js'
import type {SequenceMatch} from './rule-file.js'
import {checkSteps, STEPS} from './sequence-faults.js'
import {sequenceForm} from './sequence-form.js'
import type {SequencePart, SequenceStep} from './sequence-parts.js'

const UNTIL: Path = ['match', 'sequence', 'until']

export function compileSequence(match: SequenceMatch, compilation: RuleCompilation): Form | undefined {
  const {steps: listed, until, within} = match.sequence
  checkSteps(match, compilation)
  const streams = listed.map(({stream}, place) => compilation.stream(stream, [...STEPS, place, 'stream']))
  const untilStream = until && compilation.stream(until.stream, [...UNTIL, 'stream'])
  if (streams.includes(undefined) || (until !== undefined && untilStream === undefined)) return undefined

  // Binding steps take the first slots, by which evidence is kept; what must be absent takes those after them.
  let freeSlot = listed.filter(({as}) => as !== undefined).length
  const earlier = new Map<string, EventName>()
  const steps: SequenceStep[] = []
  let absences: SequencePart[] = []
  for (const [place, {as, absent, when, times, next}] of listed.entries()) {
    const name = as ?? absent
    const stream = streams[place] as Stream
    if (name === undefined) continue
    const slot = as === undefined ? freeSlot++ : steps.length
    const part = compilePart(
      {as: name, slot, stream, when, path: [...STEPS, place, 'when'], earlier},
      compilation,
    )
    if (as === undefined) {
      absences.push(part)
      continue
    }
    steps.push({...part, times, next: next === true, absences})
    absences = []
    earlier.set(name, eventName(slot, stream, times !== undefined))
  }
  const stop =
    until &&
    compilePart(
      {...until, slot: freeSlot, stream: untilStream as Stream, path: [...UNTIL, 'when'], earlier},
      compilation,
    )
  if (steps.length === 0) return undefined
  const {narrowedBy} = compilation
  return sequenceForm({steps, trailing: absences, until: stop, within, narrowedBy})
}

interface FilePart {
  readonly as: string
  readonly slot: number
  readonly stream: Stream
  readonly when?: string | undefined
  readonly path: Path
  /** What the binding steps before it have bound. */
  readonly earlier: ReadonlyMap<string, EventName>
}

/** A condition sees its own event, under a group's name one member after the other, and what is bound before it. */
function compilePart(
  {as, slot, stream, when, path, earlier}: FilePart,
  compilation: RuleCompilation,
): SequencePart {
  const names = new Map([...earlier, [as, eventName(slot, stream, false)] as const])
  const tested = {slot, stream, scope: compilation.scope(names, stream)}
  const condition = compilation.condition(when, path, tested.scope)
  return condition === undefined || isAlone(condition, tested)
    ? {as, slot, stream, own: compilePredicate(condition, tested, compilation), across: undefined}
    : {as, slot, stream, own: compileGate(condition, tested, compilation), across: condition}
}
