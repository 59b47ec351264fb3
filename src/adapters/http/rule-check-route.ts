import type {FastifyInstance} from 'fastify'
import {z} from 'zod'
import {allowOnly} from './allow-only.js'
import {readJson, refuseEncoded} from './request-body.js'

const LONGEST_RULE = 256 * 1024

export const ruleCheckBodySchema = z.strictObject({
  /** The rule's file, as it would stand in the rules folder. */
  rule: z.string().min(1).max(LONGEST_RULE),
})

/** What is wrong or doubtful in a rule: each with line, column and a remedy. It is valid without errors. */
export const ruleFindingsSchema = z.strictObject({
  valid: z.boolean(),
  /** Null if it could not be read. */
  rule: z.strictObject({id: z.string(), version: z.int()}).nullable(),
  faults: z.array(
    z.strictObject({
      line: z.int(),
      column: z.int(),
      severity: z.enum(['error', 'warning']),
      message: z.string(),
      remedy: z.string(),
    }),
  ),
})

export type RuleFindings = z.infer<typeof ruleFindingsSchema>

/** Reads and compiles a rule beside the lists and features of the running set, and changes nothing. */
export type CheckRule = (text: string) => Promise<RuleFindings>

/** POST /v1/rules/validate */
export function addRuleCheckRoute(app: FastifyInstance, check: CheckRule): void {
  const url = '/v1/rules/validate'
  const onRequest = async (request: Parameters<typeof refuseEncoded>[0]) => refuseEncoded(request)
  app.post(url, {onRequest}, async (request): Promise<RuleFindings> => {
    const {rule} = readJson(request, ruleCheckBodySchema, '{"rule": "schema: tripline/rule/v1\\nid: …"}')
    return check(rule)
  })
  allowOnly(app, url, ['POST'])
}
