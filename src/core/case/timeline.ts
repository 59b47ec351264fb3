import {z} from 'zod'

/** An event of a key, with the fields that are kept of it. */
export const timelineEventSchema = z.strictObject({
  stream: z.string(),
  id: z.string(),
  event_time: z.string(),
  fields: z.record(z.string(), z.unknown()),
})

export type TimelineEvent = Readonly<z.infer<typeof timelineEventSchema>>

/** So many events are shown before what a timeline is about, itself included, and after it. */
const BEFORE = 80
const AFTER = 20

/** The part of a key's events around one of them; the newest where it is not kept any more. */
export function around(
  events: readonly TimelineEvent[],
  {stream, id}: {readonly stream: string; readonly id: string},
): readonly TimelineEvent[] {
  const place = events.findIndex((event) => event.id === id && event.stream === stream)
  const end = place < 0 ? events.length : place + 1 + AFTER
  return events.slice(Math.max(0, Math.min(end, events.length) - BEFORE - AFTER), end)
}
