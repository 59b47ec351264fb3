import type {IHeaders} from 'kafkajs'

/** A CloudEvents 1.0 event in binary mode: its attributes are the headers, its data is the record's value. */
export interface CloudEventAttributes {
  /** The same however often it is sent. */
  readonly id: string
  readonly source: string
  readonly type: string
  readonly subject: string
  /** RFC 3339. */
  readonly time: string
  readonly contentType?: string | undefined
  /** W3C Trace Context. */
  readonly traceparent?: string | undefined
}

export function cloudEventHeaders(attributes: CloudEventAttributes): IHeaders {
  const {id, source, type, subject, time, contentType = 'application/json', traceparent} = attributes
  return {
    ce_specversion: '1.0',
    ce_id: id,
    ce_source: source,
    ce_type: type,
    ce_subject: subject,
    ce_time: time,
    'content-type': contentType,
    ...(traceparent === undefined ? {} : {traceparent}),
  }
}
