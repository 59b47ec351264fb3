import {z} from 'zod'
import {type Actor, actorSchema} from '../../core/case/audit-record.js'
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

/** Changes of the rules by two people. There is one proposal at a time: a newer one takes its place. */
export interface RuleProposals {
  current(): Promise<RuleProposal | null>
  /** Checks what is proposed. Rejects with RulesRefusedError or UnknownBundleError. */
  propose(request: ActivationRequest): Promise<RuleProposal>
  /**
   * Brings the proposed rules into force. Rejects with UnknownProposalError, OwnProposalError, or, if the folders hold
   * something else by now, OutdatedProposalError; and with what refuses rules.
   */
  approve(id: string, by: Actor): Promise<ActivationReport>
  /** Drops a proposal. Rejects with UnknownProposalError. */
  withdraw(id: string, by: Actor): Promise<void>
}

export class UnknownProposalError extends RangeError {
  constructor() {
    super('no such proposal waits; GET /v1/rules/proposal shows the one that does')
    this.name = 'UnknownProposalError'
  }
}

/** Whoever proposes rules does not approve them. */
export class OwnProposalError extends Error {
  constructor() {
    super('you proposed this yourself; somebody else has to approve it')
    this.name = 'OwnProposalError'
  }
}

/** The folders hold something else than what was proposed and looked at. */
export class OutdatedProposalError extends Error {
  constructor() {
    super('the rules folder changed since this was proposed; propose it again')
    this.name = 'OutdatedProposalError'
  }
}
