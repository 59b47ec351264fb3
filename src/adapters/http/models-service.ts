import {z} from 'zod'
import type {Actor} from '../../core/case/audit-record.js'
import {comparisonSchema, modelMetricsSchema} from '../../core/model/model-manifest.js'

const version = z.int().min(1)

/** A version of the model. */
const listedModelSchema = z.strictObject({
  version,
  aliases: z.array(z.enum(['champion', 'challenger'])),
  /** Comes with the program. */
  shipped: z.boolean(),
  /** What it says of itself; null where it cannot be used. */
  about: z
    .strictObject({
      id: z.string(),
      created_at: z.string(),
      /** Hash of the features that it was trained on. */
      features: z.string(),
      /** Whether those are the features in force: a version scores no others. */
      fits: z.boolean(),
      /** Event times: from, inclusive; to, exclusive. */
      trained_on: z.strictObject({from: z.string(), to: z.string(), rows: z.int(), frauds: z.int()}),
      /** The score from which a review pays. */
      threshold: z.number(),
      /** On later transactions than those that it was trained on. */
      metrics: modelMetricsSchema,
      /** How the champion of that time did on the same transactions; null if there was none. */
      compared: comparisonSchema.nullable(),
    })
    .nullable(),
  /** Why it cannot be used. */
  refused: z.strictObject({code: z.string(), message: z.string()}).nullable(),
})

/** The versions of the model, and which of them decides. */
export const modelsSchema = z.strictObject({
  /** The version that takes part in decisions now; null: rules alone decide. */
  deciding: z.strictObject({id: z.string(), version}).nullable(),
  /** Which alias decides by configuration (model.alias). */
  alias: z.enum(['none', 'champion', 'challenger']),
  champion: version.nullable(),
  challenger: version.nullable(),
  models: z.array(listedModelSchema),
})

/** What a promotion changed. */
export const promotionSchema = z.strictObject({
  champion: version,
  /** The champion before; null if there was none. */
  previous: version.nullable(),
  /** What spoke for it. */
  reason: z.string(),
})

export type Models = z.infer<typeof modelsSchema>
export type ListedModel = z.infer<typeof listedModelSchema>
export type Promotion = z.infer<typeof promotionSchema>

/** The registry of models as the HTTP interface sees it. */
export interface ModelsService {
  list(): Promise<Models>
  /**
   * Makes a version champion, on the evidence that it did better than the one there is. Rejects with
   * UnknownModelError or PromotionRefusedError.
   */
  promote(version: number, by: Actor): Promise<Promotion>
  /** Makes the champion before this one champion again. Rejects with PromotionRefusedError if there was none. */
  rollback(by: Actor): Promise<Promotion>
}

export class UnknownModelError extends RangeError {
  constructor(versions: readonly number[]) {
    const known = versions.length === 0 ? 'there is none yet' : `there are ${versions.join(', ')}`
    super(`there is no such version of the model; ${known}`)
    this.name = 'UnknownModelError'
  }
}

/** A version cannot be champion, or nothing says that it should: the message says which, and what to do. */
export class PromotionRefusedError extends Error {
  constructor(cause: Error) {
    super(cause.message, {cause})
    this.name = 'PromotionRefusedError'
  }
}
