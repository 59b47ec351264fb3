import type {AuditedChange} from '../case/audit-record.js'
import type {DeadLetter} from '../event/dead-letter.js'
import {FORGOTTEN} from './forgotten-alert.js'
import type {ForgottenUser} from './forgotten-user.js'
import {isInputOf} from './input-of.js'

/** A dead letter without what was sent, where that was a forgotten user's; undefined if it was not. */
export function redactDeadLetter(letter: DeadLetter, user: ForgottenUser): DeadLetter | undefined {
  const {raw, detail} = letter
  const sent = raw === null ? '' : textOf(raw)
  if (!isInputOf(user, sent) && !user.isNamedIn(detail)) return undefined
  return {...letter, detail: FORGOTTEN, raw: null}
}

/** The same of a late input, as stores keep it: its bytes in base64. */
export function redactLate<T extends {readonly bytes: string}>(late: T, user: ForgottenUser): T | undefined {
  return isInputOf(user, textOf(late.bytes)) ? {...late, bytes: ''} : undefined
}

/**
 * An audit record that says who did what and when, but not what it was before and after, where that could tell of a
 * forgotten user: about one of these alerts, or naming the user. Undefined if it does not.
 */
export function redactAudit<T extends AuditedChange>(
  record: T,
  user: ForgottenUser,
  alerts: ReadonlySet<string>,
): T | undefined {
  const {subject, before, after} = record
  const isAbout = subject.type === 'alert' && alerts.has(subject.id)
  if (!isAbout && !user.isNamedIn(JSON.stringify([before, after]))) return undefined
  return {...record, before: FORGOTTEN, after: FORGOTTEN}
}

function textOf(base64: string): string {
  return Buffer.from(base64, 'base64').toString('utf8')
}
