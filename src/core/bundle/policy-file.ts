import {z} from 'zod'
import {DEFAULT_POLICY} from '../decision/policy.js'

export const POLICY_SCHEMA = 'tripline/policy/v1'

const probability = z.number().min(0).max(1)

/** How rule hits and the model's score become a decision. */
export const policyFileSchema = z.strictObject({
  schema: z.literal(POLICY_SCHEMA),
  version: z.int().min(1).default(DEFAULT_POLICY.version),
  model: z
    .strictObject({
      review: probability.default(DEFAULT_POLICY.model.review),
      decline: probability.default(DEFAULT_POLICY.model.decline),
    })
    .default(DEFAULT_POLICY.model),
  fallback: z
    .strictObject({
      decision: z.enum(['approve', 'review', 'decline']).default('approve'),
      review_over: z.number().min(0).optional(),
    })
    .default({decision: 'approve'}),
})
