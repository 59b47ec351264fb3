import type {FastifyInstance} from 'fastify'
import {z} from 'zod'
import {allowOnly} from './allow-only.js'
import type {LedgerReport, StatusService} from './status-service.js'

const count = z.int().min(0)
const ledgerSchema = z.record(
  z.string(),
  z.strictObject({in: count, accepted: count, duplicate: count, late: count, dead_lettered: count}),
)

/** Every input accounted for, by partition and stream: in = accepted + duplicate + late + dead_lettered. */
export const ledgerAnswerSchema = z.strictObject({
  partitions: z.array(
    z.strictObject({partition: count, watermark: z.string().nullable(), accounts: ledgerSchema}),
  ),
  total: ledgerSchema,
  balanced: z.boolean(),
})

export const liveAnswerSchema = z.strictObject({live: z.boolean()})
export const readyAnswerSchema = z.strictObject({ready: z.boolean(), reasons: z.array(z.string())})

type LiveAnswer = z.infer<typeof liveAnswerSchema>
type ReadyAnswer = z.infer<typeof readyAnswerSchema>

const SERVICE_UNAVAILABLE = 503

/** GET /v1/ledger, /health/live and /health/ready. The probes say no with 503 and the same kind of body. */
export function addStatusRoutes(app: FastifyInstance, status: StatusService): void {
  app.get('/v1/ledger', async (): Promise<LedgerReport> => status.ledger())
  allowOnly(app, '/v1/ledger', ['GET'])

  app.get('/health/live', async (_request, reply): Promise<LiveAnswer> => {
    const live = status.live()
    if (!live) reply.code(SERVICE_UNAVAILABLE)
    return {live}
  })
  allowOnly(app, '/health/live', ['GET'])

  app.get('/health/ready', async (_request, reply): Promise<ReadyAnswer> => {
    const {ready, reasons} = status.ready()
    if (!ready) reply.code(SERVICE_UNAVAILABLE)
    return {ready, reasons: [...reasons]}
  })
  allowOnly(app, '/health/ready', ['GET'])
}
