import {z} from 'zod'
import {type Actor, actorSchema} from '../../core/case/audit-record.js'
import type {Promotion} from './models-service.js'
import type {Proposals} from './proposals.js'

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

/** Changes of the champion by two people. `approve` also rejects with OutdatedChampionError. */
export interface ModelProposals extends Proposals<ModelProposal, Promotion> {
  /** Rejects with UnknownModelError. What speaks for it is judged when it is approved. */
  proposePromotion(version: number, by: Actor): Promise<ModelProposal>
  proposeRollback(by: Actor): Promise<ModelProposal>
}

/** There is another champion than the one that was looked at. */
export class OutdatedChampionError extends Error {
  constructor() {
    super('the champion changed since this was proposed; propose it again')
    this.name = 'OutdatedChampionError'
  }
}
