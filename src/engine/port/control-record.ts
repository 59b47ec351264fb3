import {type Activation, CONTROL_STREAM, parseActivation} from '../../core/bundle/activation.js'
import type {InputRecord} from './event-source.js'

/** What of the records that were read makes a batch: those before the first control record, or that one alone. */
export function cutAtControl(records: readonly InputRecord[]): {
  readonly taken: readonly InputRecord[]
  readonly control: Activation | undefined
} {
  const place = records.findIndex(isControl)
  if (place < 0) return {taken: records, control: undefined}
  if (place > 0) return {taken: records.slice(0, place), control: undefined}
  const [first] = records as readonly [InputRecord]
  return {taken: [first], control: activationOf(first)}
}

/** Whether a record is one that no producer can have sent: what they send to that stream is refused before it is put on the log. */
function isControl({stream, outcome}: InputRecord): boolean {
  return stream === CONTROL_STREAM && outcome === undefined
}

/** The activation that a record of the log asks for; undefined for an input. */
export function controlOf(record: InputRecord): Activation | undefined {
  return isControl(record) ? activationOf(record) : undefined
}

function activationOf({bytes, ingestedAt, offset}: InputRecord): Activation {
  const text = bytes === undefined ? 'null' : new TextDecoder().decode(bytes)
  const activation = parseActivation(JSON.parse(text), ingestedAt)
  if (activation === undefined)
    throw new Error(
      `the control record at offset ${offset} activates nothing; a newer version may have written it`,
    )
  return activation
}
