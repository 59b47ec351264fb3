import {z} from 'zod'
import {actorSchema} from '../../core/case/audit-record.js'
import type {Proposals} from './proposals.js'
import type {ActivationReport, ActivationRequest} from './rules-service.js'

/** Rules that somebody wants to bring into force, and somebody else has to look at. */
export const proposalSchema = z.strictObject({
  id: z.string(),
  bundle: z.string(),
  /** Whether the bundle was in force before; else it is what the folders hold. */
  is_former: z.boolean(),
  backfill: z.array(z.string()),
  /** Where only the mode of a rule is to change: for which version, as it was looked at; else null. */
  mode: z
    .strictObject({rule: z.string(), version: z.int(), mode: z.enum(['live', 'shadow', 'off'])})
    .nullable(),
  proposed_by: actorSchema,
  proposed_at: z.string(),
})

export type RuleProposal = z.infer<typeof proposalSchema>

/** Changes of the rules by two people. `approve` also rejects with OutdatedProposalError, if the folders hold something else by now. */
export interface RuleProposals extends Proposals<RuleProposal, ActivationReport> {
  /** Checks what is proposed. Rejects with RulesRefusedError or UnknownBundleError. */
  propose(request: ActivationRequest): Promise<RuleProposal>
}

/** The folders hold something else than what was proposed and looked at. */
export class OutdatedProposalError extends Error {
  constructor() {
    super('the rules folder changed since this was proposed; propose it again')
    this.name = 'OutdatedProposalError'
  }
}
