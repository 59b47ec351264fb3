import type {FastifyInstance} from 'fastify'
import {z} from 'zod'
import {allowOnly} from './allow-only.js'
import {actorOf} from './gate.js'
import {Problem} from './problem.js'
import {readJson} from './request-body.js'
import {
  type ActivationReport,
  RulesRefusedError,
  type RulesService,
  type RunningRules,
  UnknownBundleError,
} from './rules-service.js'

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

/** GET /v1/rules and POST /v1/rules. */
export function addRulesRoutes(app: FastifyInstance, rules: RulesService): void {
  app.get('/v1/rules', async (): Promise<RunningRules> => rules.running())
  app.post('/v1/rules', async (request): Promise<ActivationReport> => {
    const body = readJson(request, activateBodySchema, '{"backfill": [], "bundle": "…"}, or nothing')
    return rules.activate({by: actorOf(request), ...body}).catch(asProblem)
  })
  allowOnly(app, '/v1/rules', ['GET', 'POST'])
}

function asProblem(error: unknown): never {
  if (error instanceof RulesRefusedError)
    throw new Problem('rules_refused', error.message, {}, {faults: [...error.faults]})
  if (error instanceof UnknownBundleError) throw new Problem('unknown_bundle', error.message)
  throw error
}
