import {z} from 'zod'
import type {DecodedEvent} from '../event/decode.js'
import type {WireEvent} from '../event/stream.js'
import {formatTime} from '../event/time.js'

export const VERDICTS = ['fraud', 'legitimate', 'inconclusive'] as const
export const VERDICT_SOURCES = ['review', 'chargeback', 'customer'] as const

/** What somebody found an alert or a transaction to be: a feedback event that was accepted. */
export const verdictSchema = z.strictObject({
  feedback_id: z.string(),
  user_id: z.string(),
  alert_id: z.string().nullable(),
  transaction_id: z.string().nullable(),
  verdict: z.enum(VERDICTS),
  reviewer: z.string().nullable(),
  source: z.enum(VERDICT_SOURCES).nullable(),
  event_time: z.string(),
})

export type Verdict = z.infer<typeof verdictSchema>

/** The verdict that a feedback event gives. What its reviewer noted is not part of it. */
export function verdictOf({wire, id, key, time}: DecodedEvent): Verdict {
  return {
    feedback_id: id,
    user_id: key,
    alert_id: textOf(wire, 'alert_id'),
    transaction_id: textOf(wire, 'transaction_id'),
    verdict: wire.verdict as Verdict['verdict'],
    reviewer: textOf(wire, 'reviewer'),
    source: textOf(wire, 'source') as Verdict['source'],
    event_time: formatTime(time),
  }
}

function textOf(wire: WireEvent, field: string): string | null {
  const value = wire[field]
  return typeof value === 'string' && value !== '' ? value : null
}

/** Whether a verdict stands against another about the same: the later one does, whichever arrives first. */
export function standsAgainst(verdict: Verdict, other: Verdict | undefined): boolean {
  if (other === undefined) return true
  const later = Date.parse(verdict.event_time) - Date.parse(other.event_time)
  return later > 0 || (later === 0 && verdict.feedback_id > other.feedback_id)
}
