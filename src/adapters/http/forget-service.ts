import {z} from 'zod'
import type {Actor} from '../../core/case/audit-record.js'

/** What was put on the log. */
export const forgetReportSchema = z.strictObject({
  /** SHA-256 of the user's id: what the tombstone and the audit trail call the user. */
  user: z.string(),
  /** RFC 3339. Of what came before, nothing is kept. */
  at: z.string(),
})

export type ForgetReport = Readonly<z.infer<typeof forgetReportSchema>>

/** Where users are forgotten. */
export interface ForgetService {
  /** Resolves when the tombstone is durable, and state and read model hold nothing of the user any more. */
  forget(user: string, actor: Actor): Promise<ForgetReport>
}
