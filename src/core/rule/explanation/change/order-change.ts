import {type Rates, usdPer} from '../../../event/rates.js'
import type {StoredEvent} from '../../../event/stored-event.js'
import {TRANSACTIONS} from '../../../event/stream.js'
import {type EventTime, formatTime} from '../../../event/time.js'
import type {NearMiss, OrderFailure} from '../near-miss/failure.js'
import type {Trial} from '../trial/trial.js'
import type {Change} from './change.js'

/** The later of two events would move behind the earlier one, or that one before it. */
export function reorderings(
  trial: Trial,
  {assignment}: NearMiss,
  {earlier, later}: OrderFailure,
): readonly Change[] {
  const first = assignment.bound[earlier]
  const second = assignment.bound[later]
  if (first === undefined || second === undefined) return []
  const move = (event: StoredEvent, time: number): readonly Change[] =>
    // Where an event is worth another amount at another time, more would change than its place.
    event.stream === TRANSACTIONS && haveChanged(trial.scene.rates, event.time, time as EventTime)
      ? []
      : [orderChange(event, time as EventTime, trial.names[later] ?? '', trial.names[earlier] ?? '')]
  return [...move(second, first.time + 1), ...move(first, second.time - 1)]
}

function orderChange(event: StoredEvent, time: EventTime, as: string, after: string): Change {
  const {stream, id} = event
  return {
    told: {what: 'order', as, after, stream, id, value: formatTime(time), was: formatTime(event.time)},
    hypothesis: [{kind: 'field', event, field: 'event_time', value: time}],
    also: [],
    far: [],
  }
}

/** Whether some currency has another rate at one time than at the other. */
function haveChanged(rates: Rates, a: EventTime, b: EventTime): boolean {
  return [...rates.keys()].some((currency) => usdPer(rates, currency, a) !== usdPer(rates, currency, b))
}
