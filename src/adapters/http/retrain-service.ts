import {z} from 'zod'
import type {Actor} from '../../core/case/audit-record.js'

/** What came of training a version from what was served. */
export const retrainReportSchema = z.strictObject({
  /** Somebody asked; enough verdicts came; it was time. */
  trigger: z.enum(['request', 'labels', 'schedule']),
  started_at: z.string(),
  ended_at: z.string(),
  outcome: z.enum(['trained', 'failed']),
  /** The new version; null if it failed. */
  version: z.int().min(1).nullable(),
  /** What it was trained on and whether it was promoted; or why it failed, and what to do. */
  detail: z.string(),
})

export const retrainStatusSchema = z.strictObject({
  running: z.boolean(),
  /** That came since a version was trained last, or was tried to. */
  verdicts: z.int().min(0),
  /** Of this process; null before the first. */
  last: retrainReportSchema.nullable(),
})

export type RetrainReport = z.infer<typeof retrainReportSchema>
export type RetrainStatus = z.infer<typeof retrainStatusSchema>
export type RetrainTrigger = RetrainReport['trigger']

/** Trains new versions beside the service. */
export interface RetrainService {
  status(): Promise<RetrainStatus>
  /** Begins a run; it ends by itself. Rejects with RetrainRunningError. */
  retrain(by: Actor): Promise<RetrainStatus>
}

export class RetrainRunningError extends Error {
  constructor() {
    super('a version is being trained; GET /v1/models/retrain says when it is done')
    this.name = 'RetrainRunningError'
  }
}
