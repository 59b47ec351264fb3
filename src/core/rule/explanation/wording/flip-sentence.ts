import type {Flip} from '../flip/flip.js'
import {changePhrase, type PhraseContext} from './change-phrase.js'

/** How the sentence of a flip begins. */
export const FLIP_BEGINNINGS: {readonly [outcome in Flip['outcome']]: string} = {
  fires: 'would fire',
  does_not_fire: 'would not fire',
  alerts: 'would be alerted',
}

/** `at $5,000.00 or less`; several changes that only do together are joined with "and". */
export function flipPhrase({outcome, changes}: Flip, anchor: PhraseContext['anchor']): string {
  const subjects = changes.flatMap((change) => (change.what === 'value' ? [change.subject] : []))
  const tellsIds = new Set(subjects).size < subjects.length
  const context = {anchor, tellsWhatWas: outcome !== 'does_not_fire', tellsIds}
  return changes.map((change) => changePhrase(change, context)).join(', and ')
}

/** `would not fire at $5,000.00 or less` */
export function flipSentence(flip: Flip, anchor: PhraseContext['anchor']): string {
  return `${FLIP_BEGINNINGS[flip.outcome]} ${flipPhrase(flip, anchor)}`
}
