import {caseEventSchema} from '../case/case-cloud-event.js'
import {redactCaseRecord} from '../case/redact-case.js'
import {alertEventSchema} from '../decision/cloud-event.js'
import type {ForgottenUser} from './forgotten-user.js'
import {redactAlert} from './redact-alert.js'

/** A message to a subscriber that tells nothing of a forgotten user any more; undefined if it never did. */
export function redactMessage(body: string, user: ForgottenUser): string | undefined {
  const event: unknown = JSON.parse(body)
  const data = redactedData(event, user)
  return data === undefined ? undefined : JSON.stringify({...(event as object), data})
}

function redactedData(event: unknown, user: ForgottenUser): object | undefined {
  const alert = alertEventSchema.safeParse(event)
  if (alert.success) return redactAlert(alert.data.data, user)
  const record = caseEventSchema.safeParse(event)
  return record.success ? redactCaseRecord(record.data.data, user) : undefined
}
