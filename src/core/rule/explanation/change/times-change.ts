import type {StoredEvent} from '../../../event/stored-event.js'
import type {GroupSize} from '../../group-size.js'
import type {SequenceMatch} from '../../rule-file.js'
import type {SizeFailure} from '../near-miss/failure.js'
import type {BindingStep} from '../near-miss/sequence-layout.js'
import type {Hypothesis} from '../trial/hypothesis.js'
import type {Change} from './change.js'

/** A repeated step would take as many events as there are. */
export function enoughEvents({as, stream, step, size, least, most}: SizeFailure): Change {
  const isShort = size < least
  return {
    told: {
      what: 'times',
      as,
      stream,
      relation: isShort ? '>=' : '<=',
      value: isShort ? least : most,
      was: size,
    },
    hypothesis: taking(step, {least: Math.min(least, size), most: Math.max(most, size)}),
    also: [],
    far: [],
  }
}

/** A repeated step would find fewer events than it takes; undefined for a step that is not repeated. */
export function tooFewEvents(
  {as, stream, place, times}: BindingStep,
  members: readonly StoredEvent[],
): Change | undefined {
  if (times === undefined) return undefined
  const {least} = times
  const size = members.length
  const surplus = members.slice(0, size - least + 1)
  return {
    told: {what: 'times', as, stream, relation: '<', value: least, was: size},
    hypothesis: surplus.map((event) => ({kind: 'without', event})),
    also: [taking(place, {least: size + 1, most: Number.POSITIVE_INFINITY})],
    far: [],
  }
}

/** The rule with another number of events for the step at a place of the file. */
function taking(place: number, times: GroupSize): Hypothesis {
  return [
    {
      kind: 'match',
      part: `times ${place}`,
      change: (match) => ('sequence' in match ? {sequence: withTimes(match.sequence, place, times)} : match),
    },
  ]
}

function withTimes(
  sequence: SequenceMatch['sequence'],
  place: number,
  times: GroupSize,
): SequenceMatch['sequence'] {
  return {...sequence, steps: sequence.steps.map((step, i) => (i === place ? {...step, times} : step))}
}
