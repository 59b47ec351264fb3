import {z} from 'zod'
import {type Actor, actorSchema} from '../../core/case/audit-record.js'
import type {Promotion} from './models-service.js'

/** Another champion that somebody wants, and somebody else has to look at. */
export const modelProposalSchema = z.strictObject({
  id: z.string(),
  action: z.enum(['promote', 'rollback']),
  /** The version to be promoted; null: back to the champion before. */
  version: z.int().nullable(),
  /** The champion when it was proposed: where there is another by now, it has to be proposed again. */
  champion: z.int().nullable(),
  proposed_by: actorSchema,
  proposed_at: z.string(),
})

export type ModelProposal = z.infer<typeof modelProposalSchema>

/** Changes of the champion by two people. There is one proposal at a time: a newer one takes its place. */
export interface ModelProposals {
  current(): Promise<ModelProposal | null>
  /** Rejects with UnknownModelError. What speaks for it is judged when it is approved. */
  proposePromotion(version: number, by: Actor): Promise<ModelProposal>
  proposeRollback(by: Actor): Promise<ModelProposal>
  /**
   * Does what was proposed. Rejects with UnknownProposalError, OwnProposalError, OutdatedChampionError, and as what it
   * does: it goes on waiting then.
   */
  approve(id: string, by: Actor): Promise<Promotion>
  /** Drops a proposal. Rejects with UnknownProposalError. */
  withdraw(id: string, by: Actor): Promise<void>
}

/** There is another champion than the one that was looked at. */
export class OutdatedChampionError extends Error {
  constructor() {
    super('the champion changed since this was proposed; propose it again')
    this.name = 'OutdatedChampionError'
  }
}
