import {z} from 'zod'

/** Why an input was not accepted. Stable: dashboards and replays rely on these words. */
const DEAD_LETTER_REASONS = [
  'too_large',
  'bad_json',
  'unknown_stream',
  'looks_like_pan',
  'bad_schema',
  'unroutable',
  'future_event_time',
  'id_conflict',
] as const

export type DeadLetterReason = (typeof DEAD_LETTER_REASONS)[number]

export function isDeadLetterReason(value: unknown): value is DeadLetterReason {
  return (DEAD_LETTER_REASONS as readonly unknown[]).includes(value)
}

/** An input that was refused: one for each, with what is needed to look at it, mend it and send it again. */
export const deadLetterSchema = z.strictObject({
  reason: z.enum(DEAD_LETTER_REASONS),
  /** What is wrong, in words. Never holds a value that could be a card number. */
  detail: z.string(),
  origin: z.strictObject({topic: z.string(), partition: z.int(), offset: z.int()}),
  /** The step that refused it. */
  stage: z.enum(['decode', 'admit']),
  /** How many times it was tried, from 1. */
  attempt: z.int().min(1),
  /** The raw bytes in base64; null if they hold a card number or were too many to keep. */
  raw: z.string().nullable(),
})

export type DeadLetter = Readonly<z.infer<typeof deadLetterSchema>>
