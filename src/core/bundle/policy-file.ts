import {z} from 'zod'
import {DEFAULT_POLICY} from '../decision/policy.js'

export const POLICY_SCHEMA = 'tripline/policy/v1'

/** One in two hundred. */
const CONTROL_SHARE = 0.005

const probability = z.number().min(0).max(1)

/** How rule hits and the model's score become a decision. */
export const policyFileSchema = z
  .strictObject({
    schema: z
      .literal(POLICY_SCHEMA)
      .meta({description: 'Says that this is the policy.', examples: [POLICY_SCHEMA]}),
    version: z
      .int()
      .min(1)
      .default(DEFAULT_POLICY.version)
      .meta({description: 'A changed policy gets a higher number.', examples: [1]}),
    model: z
      .strictObject({
        review: probability
          .default(DEFAULT_POLICY.model.review)
          .meta({description: 'From this score on the model asks for a review, 0 to 1.', examples: [0.8]}),
        decline: probability
          .default(DEFAULT_POLICY.model.decline)
          .meta({description: 'From this score on the model asks to decline, 0 to 1.', examples: [0.97]}),
      })
      .default(DEFAULT_POLICY.model)
      .meta({
        description: "The model's thresholds.",
        examples: [DEFAULT_POLICY.model],
      }),
    control_sample: z
      .strictObject({
        share: probability
          .default(CONTROL_SHARE)
          .meta({description: 'How many transactions of all, 0 to 1.', examples: [CONTROL_SHARE]}),
        seed: z
          .int()
          .min(0)
          .max(0xffffffff)
          .default(1)
          .meta({description: 'Another number takes other transactions.', examples: [1]}),
      })
      .optional()
      .meta({
        description:
          'Of the transactions that a model scores, those that are treated otherwise than asked, so that the model has ' +
          'something to learn from: let through instead of declined, reviewed instead of approved. Without: none.',
        examples: [{share: CONTROL_SHARE, seed: 1}],
      }),
    fallback: z
      .strictObject({
        decision: z
          .enum(['approve', 'review', 'decline'])
          .default('approve')
          .meta({
            description: 'The answer when the deadline passes with nothing known.',
            examples: ['approve'],
          }),
        review_over: z
          .number()
          .min(0)
          .optional()
          .meta({description: 'Above this amount in US dollars the answer is review.', examples: [500]}),
      })
      .default({decision: 'approve'})
      .meta({
        description: 'What to answer when the deadline passes with nothing known.',
        examples: [{decision: 'approve', review_over: 500}],
      }),
  })
  .meta({
    title: 'Tripline policy',
    description: "How rule hits and the model's score become a decision.",
  })
