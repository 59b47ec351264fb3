import type {FastifyInstance} from 'fastify'
import type {ForgetReport, ForgetService} from './forget-service.js'
import {actorOf} from './gate.js'

/** DELETE /v1/users/{id} */
export function addForgetRoute(app: FastifyInstance, users: ForgetService): void {
  app.delete<{Params: {id: string}}>('/v1/users/:id', async (request, reply): Promise<ForgetReport> => {
    const report = await users.forget(request.params.id, actorOf(request))
    reply.code(202)
    return report
  })
}
