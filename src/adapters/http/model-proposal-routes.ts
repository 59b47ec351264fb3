import type {FastifyInstance} from 'fastify'
import {z} from 'zod'
import {type ModelProposals, modelProposalSchema, OutdatedChampionError} from './model-proposals.js'
import {asModelProblem} from './models-problem.js'
import {Problem} from './problem.js'
import {addProposalRoutes} from './proposal-routes.js'

/** Null if nothing waits for approval. */
export const modelProposalAnswerSchema = z.strictObject({proposal: modelProposalSchema.nullable()})

/** Of changes of the champion that wait for a second person. */
export function addModelProposalRoutes(app: FastifyInstance, proposals: ModelProposals): void {
  addProposalRoutes(app, '/v1/models/proposal', proposals, asProblem)
}

function asProblem(error: unknown): never {
  if (error instanceof OutdatedChampionError) throw new Problem('proposal_outdated', error.message)
  return asModelProblem(error)
}
