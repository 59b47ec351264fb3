import type {FastifyInstance} from 'fastify'
import {z} from 'zod'
import {Problem} from './problem.js'
import {addProposalRoutes} from './proposal-routes.js'
import {OutdatedProposalError, proposalSchema, type RuleProposals} from './rule-proposals.js'
import {asRulesProblem} from './rules-problem.js'

/** Null if nothing waits for approval. */
export const proposalAnswerSchema = z.strictObject({proposal: proposalSchema.nullable()})

/** Of changes of the rules that wait for a second person. */
export function addRuleProposalRoutes(app: FastifyInstance, proposals: RuleProposals): void {
  addProposalRoutes(app, '/v1/rules/proposal', proposals, asProblem)
}

function asProblem(error: unknown): never {
  if (error instanceof OutdatedProposalError) throw new Problem('proposal_outdated', error.message)
  return asRulesProblem(error)
}
