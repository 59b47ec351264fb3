import {Problem} from './problem.js'
import type {MediaType, RequestBody} from './request-body.js'
import {type SplitBody, splitJson, splitLines} from './split-events.js'

type Split = (body: Uint8Array, limit: number) => SplitBody

const FORMATS: {readonly [Type in MediaType]: Split} = {
  'application/json': splitJson,
  'application/x-ndjson': splitLines,
}

/** The items of a body that holds one or many. Throws a Problem if it is not JSON, or holds more than `limit`. */
export function splitBody({mediaType, bytes}: RequestBody, limit: number): readonly Uint8Array[] {
  const body = FORMATS[mediaType](bytes, limit)
  if ('events' in body) return body.events
  if (body.fault === 'too_many') throw new Problem('too_many_events', `send up to ${limit} events at a time`)
  throw new Problem(
    'bad_json',
    'send one JSON object, an array of objects, or one object per line as application/x-ndjson',
  )
}
