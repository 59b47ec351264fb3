import type {FastifyInstance} from 'fastify'
import {allowOnly} from './allow-only.js'
import {actorOf} from './gate.js'
import {Problem} from './problem.js'
import {RetrainRunningError, type RetrainService, type RetrainStatus} from './retrain-service.js'

/** GET and POST /v1/models/retrain. */
export function addRetrainRoutes(app: FastifyInstance, retraining: RetrainService): void {
  const url = '/v1/models/retrain'
  app.get(url, async (): Promise<RetrainStatus> => retraining.status())
  app.post(url, async (request, reply): Promise<RetrainStatus> => {
    reply.code(202)
    return retraining.retrain(actorOf(request)).catch((error: unknown) => {
      throw error instanceof RetrainRunningError ? new Problem('retrain_running', error.message) : error
    })
  })
  allowOnly(app, url, ['GET', 'POST'])
}
