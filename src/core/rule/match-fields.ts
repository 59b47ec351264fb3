import {z} from 'zod'
import {durationSchema} from '../source/duration.js'

/** CEL's reserved words, and the names that conditions see without declaring them. */
const RESERVED = new Set(
  (
    'as break const continue else false for function if import in let loop namespace null package return true var void while ' +
    'location merchant features lists'
  ).split(' '),
)

/* What the forms of rules have in common. */

export const name = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'a name is letters, digits and _, and does not begin with a digit')
  .refine((text) => !RESERVED.has(text), {error: 'this name is reserved; choose another'})
  .meta({description: 'The name by which conditions call the event.', examples: ['tx']})

export const stream = z.string().meta({
  description: 'The stream that the event is on: a built-in one, or one that the configuration declares.',
  examples: ['transactions', 'locations'],
})

export const condition = z.string({error: 'expected a condition as text; put it in quotes'})

export const when = condition.optional().meta({
  description:
    'The condition (CEL) that the event must satisfy. Quote it inside {…}, if it begins with ! or holds ": ". Left out: every event does.',
  examples: ['tx.amount_usd > 5000', 'tx.mcc in lists.risky_mcc && !has(tx.device_id)'],
})

export const within = durationSchema.meta({
  description: 'Greatest distance in time between the first event and the last; inclusive.',
  examples: ['1h'],
})
