import {z} from 'zod'
import {type AlertRecord, alertRecordSchema} from './records.js'

/** CloudEvents 1.0, structured mode, with the extension for distributed tracing. */
export const CLOUD_EVENT_MEDIA_TYPE = 'application/cloudevents+json; charset=utf-8'

/** An alert as subscribers get it. */
export const alertEventSchema = z.strictObject({
  specversion: z.literal('1.0'),
  /** `<alert id>:<revision>`: the same however often it is sent. */
  id: z.string(),
  /** `urn:tripline:<namespace>`. */
  source: z.string(),
  type: alertRecordSchema.shape.type,
  /** The alert's id. */
  subject: z.string(),
  /** When it was detected. */
  time: z.string(),
  datacontenttype: z.literal('application/json'),
  /** W3C Trace Context of the decision, where it was traced. */
  traceparent: z.string().optional(),
  data: alertRecordSchema,
})

export type AlertEvent = z.infer<typeof alertEventSchema>

/** Names one revision of an alert. */
export function alertEventId({alert_id, revision}: Pick<AlertRecord, 'alert_id' | 'revision'>): string {
  return `${alert_id}:${revision}`
}

/** Where the events of an installation come from. */
export function eventSource(namespace: string): string {
  return `urn:tripline:${namespace}`
}

/** The event that tells of an alert's record; equal records give equal events. */
export function toAlertEvent(alert: AlertRecord, source: string, traceparent?: string): AlertEvent {
  return {
    specversion: '1.0',
    id: alertEventId(alert),
    source,
    type: alert.type,
    subject: alert.alert_id,
    time: alert.detected_at,
    datacontenttype: 'application/json',
    ...(traceparent === undefined ? {} : {traceparent}),
    data: alert,
  }
}
