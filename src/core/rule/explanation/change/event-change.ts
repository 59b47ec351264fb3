import type {StoredEvent} from '../../../event/stored-event.js'
import {type EventTime, formatTime} from '../../../event/time.js'
import type {Assignment} from '../trial/assignment.js'
import type {Hypothesis} from '../trial/hypothesis.js'
import type {RulePart} from '../trial/rule-parts.js'
import type {Trial} from '../trial/trial.js'
import type {Change} from './change.js'

/** An event would not have come. */
export function withoutEvent(event: StoredEvent, as: string): Change {
  const {stream, id} = event
  return {
    told: {what: 'event', as, stream, id, happens: false, count: 1, until: null},
    hypothesis: [{kind: 'without', event}],
    also: [],
    far: [],
  }
}

/** Where events that did not come could stand. */
export interface Vacancy {
  readonly as: string
  readonly slot: number
  readonly stream: string
  readonly count: number
  /** Times (ms) to try. */
  readonly times: readonly number[]
  readonly until: number | null
}

/**
 * Events that fit what the rule asks of them would have come, at one of the times. One change for each time: they all
 * say the same, so the first that does it will do.
 */
export function withEvents(trial: Trial, assignment: Assignment, vacancy: Vacancy): readonly Change[] {
  const {as, slot, stream, count, times, until} = vacancy
  return times.map((time) => {
    const events = Array.from({length: count}, (_, i) => imagined(trial, assignment.anchor, stream, time, i))
    const bound = [...assignment.bound]
    bound[slot] = events.at(-1)
    return {
      told: {
        what: 'event',
        as,
        stream,
        id: null,
        happens: true,
        count,
        until: until === null ? null : formatTime(until as EventTime),
      },
      hypothesis: [
        ...events.map((event) => ({kind: 'with' as const, event})),
        ...events.flatMap((event) => trial.parts.flatMap((part) => fulfilled(part, slot, event, bound))),
      ],
      also: [],
      far: [],
    }
  })
}

function imagined(
  trial: Trial,
  anchor: StoredEvent,
  stream: string,
  time: number,
  number: number,
): StoredEvent {
  const {narrowedBy} = trial.rule
  return {
    stream,
    rank: trial.scene.streams.get(stream)?.rank ?? 0,
    time: time as EventTime,
    id: `imagined ${number}`,
    fields: narrowedBy === undefined ? {} : {[narrowedBy]: anchor.fields[narrowedBy]},
    predicates: [],
    contentHash: 0,
  }
}

/** All that a condition asks of an event would be so. */
function fulfilled(
  {place, slot: tested, condition}: RulePart,
  slot: number,
  event: StoredEvent,
  bound: readonly (StoredEvent | undefined)[],
): Hypothesis {
  const named = new Set([tested, ...condition.slots])
  if (!named.has(slot)) return []
  const where = new Map(
    [...named].flatMap((each) => {
      const at = each === slot ? event : bound[each]
      return at === undefined ? [] : [[each, at] as const]
    }),
  )
  return condition.clauses.map(({term}, clause) => ({
    kind: 'atom' as const,
    place,
    clause,
    atom: term,
    becomes: {kind: 'constant' as const, type: 'bool' as const, value: true},
    where,
  }))
}
