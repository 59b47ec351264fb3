import type {FastifyInstance} from 'fastify'
import {z} from 'zod'
import {allowOnly} from './allow-only.js'
import {actorOf} from './gate.js'
import {Problem} from './problem.js'
import {readJson} from './request-body.js'
import {
  OutdatedProposalError,
  OwnProposalError,
  proposalSchema,
  type RuleProposal,
  type RuleProposals,
  UnknownProposalError,
} from './rule-proposals.js'
import {asRulesProblem} from './rules-problem.js'
import type {ActivationReport} from './rules-service.js'

/** Null if nothing waits for approval. */
export const proposalAnswerSchema = z.strictObject({proposal: proposalSchema.nullable()})

/** Names the proposal that was looked at, so that no other is approved by mistake. */
export const approvalBodySchema = z.strictObject({id: z.string().min(1).max(64)})

const EXAMPLE = '{"id": "…"}, as GET /v1/rules/proposal shows it'

/** GET and DELETE /v1/rules/proposal and POST /v1/rules/proposal/approve. */
export function addRuleProposalRoutes(app: FastifyInstance, proposals: RuleProposals): void {
  const url = '/v1/rules/proposal'
  app.get(url, async (): Promise<{proposal: RuleProposal | null}> => {
    return {proposal: await proposals.current()}
  })
  app.delete(url, async (request, reply): Promise<void> => {
    const {id} = readJson(request, approvalBodySchema, EXAMPLE)
    await proposals.withdraw(id, actorOf(request)).catch(asProblem)
    reply.code(204)
  })
  allowOnly(app, url, ['GET', 'DELETE'])

  const approve = `${url}/approve`
  app.post(approve, async (request): Promise<ActivationReport> => {
    const {id} = readJson(request, approvalBodySchema, EXAMPLE)
    return proposals.approve(id, actorOf(request)).catch(asProblem)
  })
  allowOnly(app, approve, ['POST'])
}

function asProblem(error: unknown): never {
  if (error instanceof UnknownProposalError) throw new Problem('unknown_proposal', error.message)
  if (error instanceof OwnProposalError) throw new Problem('own_proposal', error.message)
  if (error instanceof OutdatedProposalError) throw new Problem('proposal_outdated', error.message)
  return asRulesProblem(error)
}
