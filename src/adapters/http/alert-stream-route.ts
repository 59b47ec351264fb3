import type {FastifyInstance} from 'fastify'
import {z} from 'zod'
import type {AlertRecord} from '../../core/decision/records.js'
import type {AlertFeed} from './alert-feed.js'
import {textParameter, wordParameter} from './query.js'
import {addStreamRoute, type StreamOptions} from './stream-route.js'

export const alertStreamQuerySchema = z.strictObject({
  rule: textParameter(128).optional(),
  severity: wordParameter(['low', 'medium', 'high', 'critical']).optional(),
  mode: wordParameter(['live', 'shadow']).optional(),
})

type StreamFilter = z.infer<typeof alertStreamQuerySchema>

/** GET /v1/alerts/stream: alert records as server-sent events. Whoever has to resync reads GET /v1/alerts. */
export function addAlertStreamRoute(app: FastifyInstance, feed: AlertFeed, options: StreamOptions): void {
  addStreamRoute(app, {url: '/v1/alerts/stream', feed, query: alertStreamQuerySchema, passes}, options)
}

function passes(alert: AlertRecord, {rule, severity, mode}: StreamFilter): boolean {
  if (rule !== undefined && rule !== alert.rule.id) return false
  if (mode !== undefined && mode !== alert.mode) return false
  return severity === undefined || severity === alert.severity
}
