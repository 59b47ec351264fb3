/*
 * The keys of the embedded database, all in one place, so that no two kinds can meet. Keys are text and sort by
 * their UTF-8 bytes. Ids end with a slash and hold none, numbers have a fixed length: a key can be read in one way only.
 *
 *   !format                                        number of the format
 *   l/<offset of its last record>                  block of the log
 *   L/first                                        first offset that the log still holds
 *   s/<partition>/                                 where the partition stands
 *   c/<partition>/<offset of its activation>       how a bundle came into force
 *   B/<bundle>/                                    content of a bundle;   B!first, B!folder, B!proposal   which was first, was read last, waits;   B!model-proposal
 *   R/<rule>/<version>                             what a rule that was in force means
 *   k/<partition>/<key>/e<time><stream>/<id>/      accepted event
 *   k/<partition>/<key>/j                          judgement
 *   k/<partition>/<key>/f                          what dropped events left behind for features
 *   x/<partition>/<key>/                           expiry
 *   w/<partition>/<key>/                           deadline
 *   m/<partition>/<id>/                            version of a profile
 *   v/<partition>/<newest time><from offset>       visits of a commit
 *   o/<partition>/<sequence>                       outbox entry
 *   A/<alert>/                                     alert;          a/<time, newest first><alert>/          its place
 *   D/<transaction>/<user>/                        decision;       d/<time><transaction>/<user>/           its place
 *   F/<transaction>/<user>/                        features as served
 *   q/<partition>/<offset>                         dead letter
 *   t/<partition>/<offset>                         late input;     T/count                                 how many
 *   H/<subscription>/                              webhook subscription
 *   h/<subscription>/<delivery>/                   webhook delivery; y/<subscription>/<time, newest first><delivery>/  its place
 *   u/<subscription>/<time due><delivery>/         webhook delivery that waits
 *   f/<feedback>/<user>/                          verdict;         G/<time><feedback>/<user>/              its place
 *   i/<day><hash of owner and idempotency key>     hash of what was sent under it
 *   j/<sequence, newest first>                     audit record
 *   g/<digest of a user>                           what is left to be erased from the log
 *   K/<case>/                                      case;           e/<time, newest first><case>/           its place
 *   E/<alert>/                                     case of an alert; n/<name>/<value>/                     current case of an entity
 *   z/<time due><case>/                            case that is not closed
 *   p/<sequence>                                   what happened to a case, and is to be told; P/last      newest of them
 */

export const FORMAT_KEY = '!format'
export const LOG = 'l/'
export const LOG_FIRST = 'L/first'
export const BUNDLES = 'B/'
export const FIRST_BUNDLE = 'B!first'
export const FOLDER_BUNDLE = 'B!folder'
export const RULE_PROPOSAL = 'B!proposal'
export const MODEL_PROPOSAL = 'B!model-proposal'
export const RULE_MEANINGS = 'R/'
export const ALERTS = 'A/'
export const ALERT_PLACES = 'a/'
export const DECISIONS = 'D/'
export const DECISION_PLACES = 'd/'
export const SERVED_FEATURES = 'F/'
export const DEAD_LETTERS = 'q/'
export const LATE_INPUTS = 't/'
export const LATE_COUNT = 'T/count'
export const VERDICTS = 'f/'
export const VERDICT_PLACES = 'G/'
export const IDEMPOTENCY = 'i/'
export const AUDIT = 'j/'
export const ERASURES = 'g/'
export const WEBHOOKS = 'H/'
export const CASES = 'K/'
export const CASE_PLACES = 'e/'
export const CASES_OF_ALERTS = 'E/'
export const CURRENT_CASES = 'n/'
export const DUE_CASES = 'z/'
export const CASE_RECORDS = 'p/'
export const CASE_RECORDS_LAST = 'P/last'

/** Digits of a number in a key. */
const NUMBER_LENGTH = 14

/** Added to numbers, so that negative ones sort first. Covers every event time and offset. */
const BIAS = 2 ** 52

/** Bounds of a range read. */
export interface KeyRange {
  readonly gte: string
  readonly lt: string
}

/** An id of any characters, ending with a slash. Ids that differ give texts that differ; none begins another. */
export function idPart(id: string): string {
  return `${id.replace(/[%/\p{Surrogate}]/gu, escapeUnit)}/`
}

/** Lone surrogates have no UTF-8 form: unescaped, all of them would become the same replacement character. */
function escapeUnit(unit: string): string {
  return `%${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
}

/** The id of a text that `idPart` gave, without its slash. */
export function idOf(part: string): string {
  return part.replace(/%([0-9a-f]{4})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
}

/** An integer within ±2^52; sorts as the number does. */
export function numberPart(value: number): string {
  if (!Number.isInteger(value) || value < -BIAS || value >= BIAS) {
    throw new RangeError(`${value} cannot be part of a key; expected an integer within ±2^52`)
  }
  return (value + BIAS).toString(16).padStart(NUMBER_LENGTH, '0')
}

/** An integer within ±2^52; the greater sorts first. */
export function descendingPart(value: number): string {
  return numberPart(-value)
}

/** The nearest integer that a key can hold, not below `value`. For the bounds of ranges, which may be infinite. */
export function ceilForKey(value: number): number {
  return Math.min(Math.max(Math.ceil(value), 2 - BIAS), BIAS - 2)
}

/** The number at the beginning of a place. */
export function numberOf(place: string): number {
  return Number.parseInt(place.slice(0, NUMBER_LENGTH), 16) - BIAS
}

/** What follows the number at the beginning of a place. */
export function afterNumber(place: string): string {
  return place.slice(NUMBER_LENGTH)
}

export function partitionPart(partition: number): string {
  return `${partition.toString(16).padStart(8, '0')}/`
}

/** Every key that begins with `prefix`, which ends with a slash. */
export function under(prefix: string): KeyRange {
  return {gte: prefix, lt: `${prefix.slice(0, -1)}0`}
}

export function standingKey(partition: number): string {
  return `s/${partitionPart(partition)}`
}

/** Begins all that is kept of a key's history. */
export function historyPrefix(partition: number, key: string): string {
  return `k/${partitionPart(partition)}${idPart(key)}`
}

export function inForcePrefix(partition: number): string {
  return `c/${partitionPart(partition)}`
}

export function bundleKey(id: string): string {
  return BUNDLES + idPart(id)
}

export function ruleMeaningKey(rule: string, version: number): string {
  return `${RULE_MEANINGS}${idPart(rule)}${numberPart(version)}`
}

export function expiryPrefix(partition: number): string {
  return `x/${partitionPart(partition)}`
}

export function deadlinePrefix(partition: number): string {
  return `w/${partitionPart(partition)}`
}

export function profilePrefix(partition: number): string {
  return `m/${partitionPart(partition)}`
}

export function visitPrefix(partition: number): string {
  return `v/${partitionPart(partition)}`
}

export function outboxPrefix(partition: number): string {
  return `o/${partitionPart(partition)}`
}

export function alertKey(id: string): string {
  return ALERTS + idPart(id)
}

export function alertPlace(time: number, id: string): string {
  return `${descendingPart(time)}${idPart(id)}`
}

export function decisionPlace(time: number, transaction: string, user: string): string {
  return `${numberPart(time)}${idPart(transaction)}${idPart(user)}`
}

/** The place of an input among those of its kind. */
export function originPlace(partition: number, offset: number): string {
  return `${partitionPart(partition)}${numberPart(offset)}`
}

export function verdictKey(feedback: string, user: string): string {
  return VERDICTS + idPart(feedback) + idPart(user)
}

export function verdictPlaceKey(time: number, feedback: string, user: string): string {
  return VERDICT_PLACES + numberPart(time) + idPart(feedback) + idPart(user)
}

export function webhookKey(subscription: string): string {
  return WEBHOOKS + idPart(subscription)
}

export function deliveryPrefix(subscription: string): string {
  return `h/${idPart(subscription)}`
}

export function deliveryPlacePrefix(subscription: string): string {
  return `y/${idPart(subscription)}`
}

export function waitingPrefix(subscription: string): string {
  return `u/${idPart(subscription)}`
}
