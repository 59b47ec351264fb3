import type {FastifyInstance} from 'fastify'
import {z} from 'zod'
import {allowOnly} from './allow-only.js'
import {actorOf} from './gate.js'
import {Problem} from './problem.js'
import {OwnProposalError, type Proposals, UnknownProposalError} from './proposals.js'
import {readJson} from './request-body.js'

/** Names the proposal that was looked at, so that no other is approved by mistake. */
export const approvalBodySchema = z.strictObject({id: z.string().min(1).max(64)})

/** GET and DELETE at a path, and POST at `/approve` below it. `asProblem` says what else an approval may be refused for. */
export function addProposalRoutes<Proposal, Done>(
  app: FastifyInstance,
  url: string,
  proposals: Proposals<Proposal, Done>,
  asProblem: (error: unknown) => never,
): void {
  const example = `{"id": "…"}, as GET ${url} shows it`
  const refuse = (error: unknown): never => {
    if (error instanceof UnknownProposalError)
      throw new Problem('unknown_proposal', `${error.message}; GET ${url} shows the one that does`)
    if (error instanceof OwnProposalError) throw new Problem('own_proposal', error.message)
    return asProblem(error)
  }
  app.get(url, async (): Promise<{proposal: Proposal | null}> => ({proposal: await proposals.current()}))
  app.delete(url, async (request, reply): Promise<void> => {
    const {id} = readJson(request, approvalBodySchema, example)
    await proposals.withdraw(id, actorOf(request)).catch(refuse)
    reply.code(204)
  })
  allowOnly(app, url, ['GET', 'DELETE'])

  const approve = `${url}/approve`
  app.post(approve, async (request): Promise<Done> => {
    const {id} = readJson(request, approvalBodySchema, example)
    return proposals.approve(id, actorOf(request)).catch(refuse)
  })
  allowOnly(app, approve, ['POST'])
}
