import {type Activation, CONTROL_STREAM, parseActivation} from '../../core/bundle/activation.js'
import {type AlertChange, alertChangeSchema, isAlertChange} from '../../core/case/alert-change.js'
import {CASES_STREAM, type CaseChange, parseCaseChange} from '../../core/case/case-change.js'
import {parseTombstone, type Tombstone} from '../../core/forgetting/tombstone.js'
import type {InputRecord} from './event-source.js'

/** What a control record asks for. */
export interface Control {
  readonly control: Activation | undefined
  readonly forget: Tombstone | undefined
  readonly caseChange: CaseChange | undefined
  readonly alertChange: AlertChange | undefined
}

const NOTHING: Control = {
  control: undefined,
  forget: undefined,
  caseChange: undefined,
  alertChange: undefined,
}

/** Whether a stream is one of the engine's own, to which no input can be sent. */
export function isReserved(stream: string | undefined): boolean {
  return stream === CONTROL_STREAM || stream === CASES_STREAM
}

/**
 * What of the records that were read makes a batch: those before the first control record, or that one alone. `records`
 * are the inputs among what was taken: none where it is a control record.
 */
export function cutAtControl(read: readonly InputRecord[]): Control & {
  readonly taken: readonly InputRecord[]
  readonly records: readonly InputRecord[]
} {
  const place = read.findIndex(isControl)
  if (place === 0) {
    const [first] = read as readonly [InputRecord]
    return {taken: [first], records: [], ...controlIn(first)}
  }
  const taken = place < 0 ? read : read.slice(0, place)
  return {taken, records: taken, ...NOTHING}
}

/** Whether a record is one that no producer can have sent: what they send to such a stream is refused before it is put on the log. */
export function isControl({stream, outcome}: Pick<InputRecord, 'stream' | 'outcome'>): boolean {
  return isReserved(stream) && outcome === undefined
}

/** The activation that a record of the log asks for; undefined for an input, and for a tombstone. */
export function controlOf(record: InputRecord): Activation | undefined {
  return isControl(record) ? controlIn(record).control : undefined
}

/** The tombstone that a record of the log is; undefined for any other. */
export function tombstoneOf(record: InputRecord): Tombstone | undefined {
  return isControl(record) ? controlIn(record).forget : undefined
}

function controlIn({stream, bytes, ingestedAt, offset}: InputRecord): Control {
  const value: unknown = JSON.parse(bytes === undefined ? 'null' : new TextDecoder().decode(bytes))
  if (stream === CASES_STREAM && isAlertChange(value))
    return {...NOTHING, alertChange: alertChangeSchema.parse(value)}
  if (stream === CASES_STREAM) return {...NOTHING, caseChange: parseCaseChange(value)}
  const forget = parseTombstone(value)
  const control = forget === undefined ? parseActivation(value, ingestedAt) : undefined
  if (forget === undefined && control === undefined)
    throw new Error(
      `the control record at offset ${offset} says nothing that is known; a newer version may have written it`,
    )
  return {...NOTHING, control, forget}
}
