import {z} from 'zod'

/*
 * What Tripline publishes, one zod schema per record. Times are RFC 3339 with milliseconds, UTC.
 */

const time = z.string()
const action = z.enum(['approve', 'review', 'decline'])
const mode = z.enum(['live', 'shadow'])

export const decisionRecordSchema = z.strictObject({
  transaction_id: z.string(),
  user_id: z.string(),
  decision: action,
  /** From 0; a higher one replaces a lower one. */
  revision: z.int().min(0),
  /** The model's probability of fraud; null without a model. */
  score: z.number().min(0).max(1).nullable(),
  rules: z.array(
    z.strictObject({
      id: z.string(),
      version: z.int(),
      action,
      score: z.number(),
      mode,
      /** Null while a cooldown suppresses the alert. */
      alert_id: z.string().nullable(),
    }),
  ),
  /** For decisions other than approve. */
  reasons: z.array(z.strictObject({code: z.string(), text: z.string(), weight: z.number()})),
  model: z.strictObject({id: z.string(), version: z.int()}).nullable(),
  bundle: z.string(),
  /** What could not take part in the decision. */
  degraded: z.array(z.string()),
  event_time: time,
  decided_at: time,
  /** From the transaction's ingest to this decision. */
  latency_ms: z.number(),
})

export const alertRecordSchema = z.strictObject({
  type: z.enum(['alert.opened', 'alert.amended', 'alert.retracted']),
  alert_id: z.string(),
  revision: z.int().min(0),
  rule: z.strictObject({id: z.string(), version: z.int()}),
  mode,
  severity: z.enum(['low', 'medium', 'high', 'critical']),
  action,
  score: z.number(),
  key: z.strictObject({name: z.string(), value: z.string()}),
  anchor: z.strictObject({stream: z.string(), id: z.string()}),
  event_time: time,
  detected_at: time,
  events: z.array(z.strictObject({as: z.string(), stream: z.string(), id: z.string(), event_time: time})),
  reason: z.string(),
  clauses: z.array(
    z.strictObject({
      text: z.string(),
      value: z.union([z.number(), z.string(), z.boolean()]).nullable(),
      holds: z.boolean(),
    }),
  ),
  flips: z.array(z.string()),
  /** Opened after its anchor's first decision was published. */
  late: z.boolean(),
  /** A limit on work was reached while it was evaluated. */
  truncated: z.boolean(),
  /** Nothing that may still arrive can change it. */
  settled: z.boolean(),
  bundle: z.string(),
})

export type DecisionRecord = z.infer<typeof decisionRecordSchema>
export type AlertRecord = z.infer<typeof alertRecordSchema>
