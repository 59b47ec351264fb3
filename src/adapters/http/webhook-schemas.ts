import {z} from 'zod'
import {CASE_EVENT_TYPES} from '../../core/case/case-events.js'
import {alertRecordSchema} from '../../core/decision/records.js'
import {durationSchema} from '../../core/source/duration.js'
import {pagedBy, pageSchema} from './paging.js'
import {wordParameter} from './query.js'

/*
 * What is sent and answered about webhooks.
 */

const MOST_RULES = 100
const DAY_MS = 24 * 3_600_000
const LONGEST_OVERLAP_MS = 30 * DAY_MS

const eventTypes = z
  .array(z.enum([...alertRecordSchema.shape.type.options, ...CASE_EVENT_TYPES]))
  .min(1)
  .max(6)

/** Only alerts and cases of these severities and of these rules; an empty list lets all through. */
const filter = z.strictObject({
  severity: z.array(alertRecordSchema.shape.severity).max(4).default([]),
  rule: z.array(z.string().min(1).max(128)).max(MOST_RULES).default([]),
})

/** What POST /v1/webhooks takes. */
export const createWebhookBodySchema = z.strictObject({
  url: z.string().min(1).max(2048),
  event_types: eventTypes.default(['alert.opened', 'alert.amended', 'alert.retracted']),
  filter: filter.prefault({}),
  enabled: z.boolean().default(true),
})

/** What PATCH /v1/webhooks/{id} takes: what is left out stays. */
export const changeWebhookBodySchema = z.strictObject({
  url: z.string().min(1).max(2048).optional(),
  event_types: eventTypes.optional(),
  filter: filter.optional(),
  enabled: z.boolean().optional(),
})

/** How long the secret before goes on signing, beside the new one. */
export const rotateSecretBodySchema = z.strictObject({
  overlap: durationSchema.pipe(z.int().max(LONGEST_OVERLAP_MS, 'is longer than 30d')).prefault('24h'),
})

export const deliveriesQuerySchema = z.strictObject({
  ...pagedBy(200),
  status: wordParameter(['pending', 'delivered', 'dead']).optional(),
})

/** A subscription. */
export const webhookAnswerSchema = z.strictObject({
  id: z.string(),
  url: z.string(),
  event_types: eventTypes,
  filter: z.strictObject({severity: z.array(alertRecordSchema.shape.severity), rule: z.array(z.string())}),
  enabled: z.boolean(),
  /** `gone`: the receiver answered 410. Enable it again when there is a receiver. */
  disabled_because: z.enum(['gone']).nullable(),
  created_at: z.string(),
  /** The secrets that sign, the newest first, by the end of their time; null for the newest. */
  secrets: z.array(z.strictObject({expires_at: z.string().nullable()})),
})

/** A subscription with its newest secret, which is told only here. */
export const webhookSecretAnswerSchema = webhookAnswerSchema.extend({secret: z.string()})

export const webhooksAnswerSchema = z.strictObject({items: z.array(webhookAnswerSchema)})

/** A message and what became of it. */
export const deliveryAnswerSchema = z.strictObject({
  /** The `webhook-id`. */
  id: z.string(),
  type: z.string(),
  status: z.enum(['pending', 'delivered', 'dead']),
  created_at: z.string(),
  /** When it is sent next; null if it is not. */
  due_at: z.string().nullable(),
  /** Attempts since it was queued, or since somebody asked to try again. */
  tries: z.int(),
  attempts: z.array(
    z.strictObject({
      at: z.string(),
      duration_ms: z.number(),
      /** HTTP status; null without an answer. */
      status: z.int().nullable(),
      /** A stable code; null if it was delivered. */
      error: z.string().nullable(),
    }),
  ),
})

/** The newest first. */
export const deliveriesAnswerSchema = pageSchema(deliveryAnswerSchema)
