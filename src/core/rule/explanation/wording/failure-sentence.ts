import type {StoredEvent} from '../../../event/stored-event.js'
import {describeDuration} from '../../../source/duration.js'
import type {Names} from '../condition/term-text.js'
import type {Failure} from '../near-miss/failure.js'
import {durationExactly} from './figures.js'
import {countedEvents, singularEvent} from './nouns.js'

/** What of a rule's form an assignment fails; undefined for a condition, which is told by itself. */
export function failureSentence(failure: Failure, names: Names, anchor: StoredEvent): string | undefined {
  switch (failure.kind) {
    case 'clause':
      return undefined
    case 'no-event': {
      const {as, stream, count} = failure
      const asked = count === 1 ? '' : `; ${count} are asked for`
      return `there is no ${singularEvent(stream)} for ${JSON.stringify(as)}${asked}`
    }
    case 'within': {
      const {spread, within, first, last} = failure
      const between = `${first.stream} ${first.id} and ${last.stream} ${last.id}`
      return `${between} are ${durationExactly(spread)} apart: ${durationExactly(spread - within)} more than within (${durationExactly(within)})`
    }
    case 'order': {
      const [later, earlier] = [failure.later, failure.earlier].map((slot) => JSON.stringify(names[slot]))
      return `${later} does not come after ${earlier}`
    }
    case 'size': {
      const {as, stream, size, least, most} = failure
      const asked = size < least ? `${least} or more` : `at most ${most}`
      return `${countedEvents(stream, size)} for ${JSON.stringify(as)}; ${asked} are asked for`
    }
    case 'absent':
      return `was cancelled by ${told(failure.events, anchor)} (absent: ${failure.as})`
    case 'until':
      return `was ended by ${told(failure.events, anchor)} (until: ${failure.as})`
    case 'next': {
      const isOne = failure.events.length === 1
      return `${told(failure.events, anchor)} ${isOne ? 'lies' : 'lie'} right before ${JSON.stringify(failure.as)}, which must be next`
    }
  }
}

/** `transactions t9, 4 minutes after t7` */
function told(events: readonly StoredEvent[], anchor: StoredEvent): string {
  return events
    .map(({stream, id, time}) => {
      if (time === anchor.time) return `${stream} ${id}`
      const apart = describeDuration(Math.abs(time - anchor.time))
      return `${stream} ${id}, ${apart} ${time > anchor.time ? 'after' : 'before'} ${anchor.id}`
    })
    .join(' and ')
}
