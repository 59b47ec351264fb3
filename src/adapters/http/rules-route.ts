import type {FastifyInstance} from 'fastify'
import {z} from 'zod'
import {allowOnly} from './allow-only.js'
import {actorOf, principalOf} from './gate.js'
import {LOCAL} from './principal.js'
import {readJson} from './request-body.js'
import type {RuleProposal, RuleProposals} from './rule-proposals.js'
import {asRulesProblem} from './rules-problem.js'
import type {ActivationReport, RulesService, RunningRules} from './rules-service.js'

const MOST_BACKFILLED = 100

/** What POST /v1/rules takes: nothing to activate what the rules and features folders of the service hold. */
export const activateBodySchema = z.strictObject({
  /** Activates a bundle again that was in force before. */
  bundle: z
    .string()
    .regex(/^[0-9a-f]{32}$/, 'the id of a bundle has 32 hex digits')
    .optional(),
  /** Ids of rules that look at once at every anchor that is not settled. */
  backfill: z.array(z.string().min(1).max(128)).max(MOST_BACKFILLED).default([]),
})

const time = z.string().nullable()
const count = z.int()
const version = {id: z.string(), version: z.int()}
const begun = {since: time, exact_from: time}

/** The rules in force; `since` and `exact_from` are null where that is the beginning. */
export const runningRulesSchema = z.strictObject({
  bundle: z.string(),
  activated_at: time,
  backfilling: z.array(z.string()),
  rules: z.array(
    z.strictObject({
      ...version,
      mode: z.enum(['live', 'shadow']),
      ...begun,
      counts: z.strictObject({alerts: count, suppressed: count, missing_input: count, truncated: count}),
    }),
  ),
  refused: z.strictObject({at: z.string(), faults: z.array(z.string())}).nullable(),
})

/** What an activation changed; `activated_at` is null if nothing differed. */
export const activationReportSchema = z.strictObject({
  bundle: z.string(),
  previous: z.string(),
  activated_at: time,
  added: z.array(z.strictObject({...version, ...begun})),
  changed: z.array(z.strictObject({id: z.string(), from: z.int(), to: z.int(), ...begun})),
  removed: z.array(z.strictObject(version)),
  backfilled: z.array(z.strictObject({...version, ...begun})),
})

/** GET /v1/rules and POST /v1/rules. With `proposals`, a second person has to approve what somebody with a key asks for. */
export function addRulesRoutes(
  app: FastifyInstance,
  rules: RulesService,
  proposals: RuleProposals | undefined,
): void {
  app.get('/v1/rules', async (): Promise<RunningRules> => rules.running())
  app.post('/v1/rules', async (request, reply): Promise<ActivationReport | {proposal: RuleProposal}> => {
    const body = readJson(request, activateBodySchema, '{"backfill": [], "bundle": "…"}, or nothing')
    const asked = {by: actorOf(request), ...body}
    // Without keys there is nobody else who could look.
    if (proposals === undefined || principalOf(request) === LOCAL)
      return rules.activate(asked).catch(asRulesProblem)
    reply.code(202)
    return {proposal: await proposals.propose(asked).catch(asRulesProblem)}
  })
  allowOnly(app, '/v1/rules', ['GET', 'POST'])
}
