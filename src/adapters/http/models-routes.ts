import type {FastifyInstance} from 'fastify'
import {allowOnly} from './allow-only.js'
import {actorOf} from './gate.js'
import {
  type Models,
  type ModelsService,
  type Promotion,
  PromotionRefusedError,
  UnknownModelError,
} from './models-service.js'
import {Problem} from './problem.js'

const VERSION = /^[1-9]\d{0,8}$/

/** GET /v1/models and POST /v1/models/{version}/promote. */
export function addModelsRoutes(app: FastifyInstance, models: ModelsService): void {
  app.get('/v1/models', async (): Promise<Models> => models.list())
  allowOnly(app, '/v1/models', ['GET'])

  const promote = '/v1/models/:version/promote'
  app.post<{Params: {version: string}}>(promote, async (request): Promise<Promotion> => {
    const {version} = request.params
    if (!VERSION.test(version))
      throw new Problem('unknown_model', 'versions are whole numbers; GET /v1/models lists them')
    return models.promote(Number(version), actorOf(request)).catch(asProblem)
  })
  allowOnly(app, promote, ['POST'])
}

function asProblem(error: unknown): never {
  if (error instanceof UnknownModelError) throw new Problem('unknown_model', error.message)
  if (error instanceof PromotionRefusedError) throw new Problem('promotion_refused', error.message)
  throw error
}
