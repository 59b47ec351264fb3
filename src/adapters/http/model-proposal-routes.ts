import type {FastifyInstance} from 'fastify'
import {z} from 'zod'
import {allowOnly} from './allow-only.js'
import {actorOf} from './gate.js'
import {
  type ModelProposal,
  type ModelProposals,
  modelProposalSchema,
  OutdatedChampionError,
} from './model-proposals.js'
import {asModelProblem} from './models-problem.js'
import type {Promotion} from './models-service.js'
import {Problem} from './problem.js'
import {readJson} from './request-body.js'
import {approvalBodySchema} from './rule-proposal-routes.js'
import {OwnProposalError, UnknownProposalError} from './rule-proposals.js'

/** Null if nothing waits for approval. */
export const modelProposalAnswerSchema = z.strictObject({proposal: modelProposalSchema.nullable()})

const EXAMPLE = '{"id": "…"}, as GET /v1/models/proposal shows it'

/** GET and DELETE /v1/models/proposal and POST /v1/models/proposal/approve. */
export function addModelProposalRoutes(app: FastifyInstance, proposals: ModelProposals): void {
  const url = '/v1/models/proposal'
  app.get(url, async (): Promise<{proposal: ModelProposal | null}> => {
    return {proposal: await proposals.current()}
  })
  app.delete(url, async (request, reply): Promise<void> => {
    const {id} = readJson(request, approvalBodySchema, EXAMPLE)
    await proposals.withdraw(id, actorOf(request)).catch(asProblem)
    reply.code(204)
  })
  allowOnly(app, url, ['GET', 'DELETE'])

  const approve = `${url}/approve`
  app.post(approve, async (request): Promise<Promotion> => {
    const {id} = readJson(request, approvalBodySchema, EXAMPLE)
    return proposals.approve(id, actorOf(request)).catch(asProblem)
  })
  allowOnly(app, approve, ['POST'])
}

function asProblem(error: unknown): never {
  if (error instanceof UnknownProposalError)
    throw new Problem(
      'unknown_proposal',
      'no such proposal waits; GET /v1/models/proposal shows the one that does',
    )
  if (error instanceof OwnProposalError) throw new Problem('own_proposal', error.message)
  if (error instanceof OutdatedChampionError) throw new Problem('proposal_outdated', error.message)
  return asModelProblem(error)
}
