import type {FastifyInstance} from 'fastify'
import {z} from 'zod'
import {allowOnly} from './allow-only.js'
import {actorOf, principalOf} from './gate.js'
import {LOCAL} from './principal.js'
import {readJson} from './request-body.js'
import type {RuleProposal, RuleProposals} from './rule-proposals.js'
import {asRulesProblem} from './rules-problem.js'
import type {ActivationReport, RulesService} from './rules-service.js'

/** What POST /v1/rules/{id}/mode takes. */
export const ruleModeBodySchema = z.strictObject({mode: z.enum(['live', 'shadow', 'off'])})

interface OneRule {
  Params: {id: string}
}

/**
 * POST /v1/rules/{id}/mode: switches a rule of the running set to live, shadow or off, until it has a new version. As with
 * other changes of the rules, a second person has to approve what somebody with a key asks for.
 */
export function addRuleModeRoute(
  app: FastifyInstance,
  rules: RulesService,
  proposals: RuleProposals | undefined,
): void {
  const url = '/v1/rules/:id/mode'
  app.post<OneRule>(url, async (request, reply): Promise<ActivationReport | {proposal: RuleProposal}> => {
    const {mode} = readJson(request, ruleModeBodySchema, '{"mode": "shadow"}')
    const asked = {by: actorOf(request), backfill: [], amendment: {mode: {rule: request.params.id, mode}}}
    if (proposals === undefined || principalOf(request) === LOCAL)
      return rules.activate(asked).catch(asRulesProblem)
    reply.code(202)
    return {proposal: await proposals.propose(asked).catch(asRulesProblem)}
  })
  allowOnly(app, url, ['POST'])
}
