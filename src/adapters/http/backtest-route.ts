import type {FastifyInstance, FastifyRequest} from 'fastify'
import {z} from 'zod'
import {jsonValueSchema} from '../../core/case/audit-record.js'
import {type EventTime, parseEventTime} from '../../core/event/time.js'
import {allowOnly} from './allow-only.js'
import {Problem} from './problem.js'
import {readJson, refuseEncoded} from './request-body.js'
import {RulesRefusedError} from './rules-service.js'

const LONGEST_RULE = 256 * 1024
const MOST_RULES = 100

const timeSchema = z.string().refine((text) => parseEventTime(text) !== undefined, 'a time in RFC 3339')

/** What POST /v1/rules/backtest takes: how the rules in force are to change, and what they are to be held against. */
export const backtestBodySchema = z.strictObject({
  /** Files of rules, each in the place of the one with its id, or beside them. */
  rules: z.array(z.string().min(1).max(LONGEST_RULE)).max(MOST_RULES).default([]),
  /** Ids of rules that are left out. */
  without: z.array(z.string().min(1).max(128)).max(MOST_RULES).default([]),
  /** When events came in: from, inclusive; the last 24 hours if absent. */
  from: timeSchema.optional(),
  /** When events came in: to, exclusive; now if absent. */
  to: timeSchema.optional(),
})

/** What would change. */
export const backtestAnswerSchema = z.strictObject({
  /** What both were held against: inputs in the order in which they came. */
  events: z.strictObject({
    count: z.int(),
    from: z.string().nullable(),
    to: z.string().nullable(),
    /** False where there were more: these are the newest. */
    complete: z.boolean(),
  }),
  /** From the rules in force (`a`) to the proposed ones (`b`): what `tripline rules diff --json` says. */
  diff: z.record(z.string(), jsonValueSchema),
})

export type BacktestReport = z.infer<typeof backtestAnswerSchema>

/** Rules to be held against what was recorded. Times in ms. */
export interface BacktestRequest {
  readonly rules: readonly string[]
  readonly without: readonly string[]
  readonly from: EventTime | undefined
  readonly to: EventTime | undefined
}

export interface BacktestService {
  /** Changes nothing. Rejects with RulesRefusedError, BacktestLimitError or BacktestBusyError. */
  run(request: BacktestRequest): Promise<BacktestReport>
}

/** It took longer, or more memory, than one may. */
export class BacktestLimitError extends Error {
  constructor(limit: string) {
    super(`the backtest took more than ${limit}; narrow from and to`)
    this.name = 'BacktestLimitError'
  }
}

/** There is one at a time. */
export class BacktestBusyError extends Error {
  constructor() {
    super('another backtest runs; try again when it is done')
    this.name = 'BacktestBusyError'
  }
}

/** POST /v1/rules/backtest */
export function addBacktestRoute(app: FastifyInstance, backtests: BacktestService): void {
  const url = '/v1/rules/backtest'
  const onRequest = async (request: FastifyRequest) => refuseEncoded(request)
  app.post(url, {onRequest}, async (request): Promise<BacktestReport> => {
    const {from, to, ...body} = readJson(
      request,
      backtestBodySchema,
      '{"rules": ["schema: tripline/rule/v1\\nid: …"], "without": ["…"]}',
    )
    return backtests.run({...body, from: parseEventTime(from), to: parseEventTime(to)}).catch(asProblem)
  })
  allowOnly(app, url, ['POST'])
}

function asProblem(error: unknown): never {
  if (error instanceof RulesRefusedError)
    throw new Problem('rules_refused', error.message, {}, {faults: [...error.faults]})
  if (error instanceof BacktestLimitError) throw new Problem('backtest_too_long', error.message)
  if (error instanceof BacktestBusyError)
    throw new Problem('overloaded', error.message, {'retry-after': '10'})
  throw error
}
