import type {StoredEvent} from '../event/stored-event.js'
import type {Form, KeyView, Match, Predicate, StreamPlace} from './form.js'
import {bindJoins, concernBitsOf} from './predicate.js'

export interface EventFormParts {
  readonly as: string
  readonly stream: StreamPlace
  readonly when: Predicate | undefined
}

/** Fires for every event of a stream for which `when` holds. */
export function eventForm({as, stream, when}: EventFormParts): Form {
  return {
    kind: 'event',
    streams: [stream.name],
    anchorStream: stream.name,
    anchorRank: stream.rank,
    anchorWhen: when,
    lookback: 0,
    lookahead: 0,
    names: [as],
    conditions: when === undefined ? [] : [{condition: when.condition, joinSlot: 0}],
    concernBits: () => concernBitsOf([when]),
    match: (anchor): Match => ({evidence: [{as, slot: 0, event: anchor}], truncated: false}),
    bind: (anchor: StoredEvent, _match: Match, view: KeyView) => {
      view.evaluation.bound[0] = anchor
      view.evaluation.anchorTime = anchor.time
      if (when !== undefined) bindJoins(when.condition, anchor, view)
    },
  }
}
