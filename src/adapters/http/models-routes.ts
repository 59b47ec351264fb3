import type {FastifyInstance, FastifyReply, FastifyRequest} from 'fastify'
import {allowOnly} from './allow-only.js'
import {actorOf, principalOf} from './gate.js'
import type {ModelProposal, ModelProposals} from './model-proposals.js'
import {asModelProblem} from './models-problem.js'
import type {Models, ModelsService, Promotion} from './models-service.js'
import {LOCAL} from './principal.js'
import {Problem} from './problem.js'

const VERSION = /^[1-9]\d{0,8}$/

type Changed = Promotion | {proposal: ModelProposal}

/**
 * GET /v1/models, POST /v1/models/{version}/promote and /v1/models/rollback. With `proposals`, a second person has to
 * approve what somebody with a key asks for.
 */
export function addModelsRoutes(
  app: FastifyInstance,
  models: ModelsService,
  proposals: ModelProposals | undefined,
): void {
  app.get('/v1/models', async (): Promise<Models> => models.list())
  allowOnly(app, '/v1/models', ['GET'])

  const promote = '/v1/models/:version/promote'
  app.post<{Params: {version: string}}>(promote, async (request, reply): Promise<Changed> => {
    const {version} = request.params
    if (!VERSION.test(version))
      throw new Problem('unknown_model', 'versions are whole numbers; GET /v1/models lists them')
    const by = actorOf(request)
    return proposed(
      request,
      reply,
      (waiting) => waiting.proposePromotion(Number(version), by),
      () => models.promote(Number(version), by),
    )
  })
  allowOnly(app, promote, ['POST'])

  const rollback = '/v1/models/rollback'
  app.post(rollback, async (request, reply): Promise<Changed> => {
    const by = actorOf(request)
    return proposed(
      request,
      reply,
      (waiting) => waiting.proposeRollback(by),
      () => models.rollback(by),
    )
  })
  allowOnly(app, rollback, ['POST'])

  /** Without keys there is nobody else who could look. */
  async function proposed(
    request: FastifyRequest,
    reply: FastifyReply,
    propose: (waiting: ModelProposals) => Promise<ModelProposal>,
    act: () => Promise<Promotion>,
  ): Promise<Changed> {
    if (proposals === undefined || principalOf(request) === LOCAL) return act().catch(asModelProblem)
    const proposal = await propose(proposals).catch(asModelProblem)
    reply.code(202)
    return {proposal}
  }
}
