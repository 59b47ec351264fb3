import {z} from 'zod'

/** Any JSON. */
export const jsonValueSchema = z.json()

/** Who did something: a principal, or a program on the machine itself. */
export const actorSchema = z.strictObject({id: z.string(), name: z.string()})

/** One change that somebody made: who, what, before, after. Stored together with the change. */
export const auditRecordSchema = z.strictObject({
  /** From 1, without gaps: a record that is missing shows. */
  sequence: z.int().min(1),
  /** RFC 3339. */
  at: z.string(),
  actor: actorSchema,
  /** Such as `alert.assign` or `rules.activate`. */
  action: z.string(),
  subject: z.strictObject({type: z.string(), id: z.string()}),
  /** What it was; null where there was nothing. */
  before: jsonValueSchema,
  /** What it is now; null where nothing is left. */
  after: jsonValueSchema,
})

export type Actor = z.infer<typeof actorSchema>
export type AuditRecord = z.infer<typeof auditRecordSchema>

/** A change on its way to the trail. */
export type AuditedChange = Omit<AuditRecord, 'sequence' | 'at'>
