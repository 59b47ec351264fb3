import type {FastifyInstance} from 'fastify'
import {z} from 'zod'
import {type AuditRecord, auditRecordSchema} from '../../core/case/audit-record.js'
import type {Page} from '../../engine/port/read-model.js'
import {allowOnly} from './allow-only.js'
import {pagedBy, pageOf, pageSchema} from './paging.js'
import {checkQuery} from './query.js'

/** Where the changes stand that people made. */
export interface AuditReader {
  /** The newest first. Rejects with InvalidCursorError for a cursor it did not give. */
  records(limit: number, cursor: string | undefined): Promise<Page<AuditRecord>>
}

export const auditQuerySchema = z.strictObject(pagedBy(200))

/** Who changed what, the newest first. */
export const auditAnswerSchema = pageSchema(auditRecordSchema)

/** GET /v1/audit */
export function addAuditRoute(app: FastifyInstance, audit: AuditReader): void {
  app.get('/v1/audit', async (request): Promise<z.infer<typeof auditAnswerSchema>> => {
    const {limit, cursor} = checkQuery(auditQuerySchema, request.query)
    return pageOf(audit.records(limit, cursor), (record) => record)
  })
  allowOnly(app, '/v1/audit', ['GET'])
}
