import {z} from 'zod'
import {durationSchema} from '../../core/source/duration.js'
import {duration, structure} from './setting.js'

/** What a case that is closed as fraud puts into a list. */
export interface CaseListing {
  /** The name of the list, as rules call it. */
  readonly list: string
  /** The field of the events that its alerts are about, or the key of the case, whose value is put there. */
  readonly field: string
  /** How long the entry counts, in ms. */
  readonly forMs: number
}

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/

const listingSchema = z.strictObject({
  list: z.string().regex(NAME),
  field: z.string().regex(NAME),
  // Kept as it is written, so that it is printed so.
  for: z.string().refine((text) => durationSchema.safeParse(text).success, 'is no duration such as 30d'),
})

export const CASE_SETTINGS = {
  'cases.sla_critical': duration('1h', 'From its event time until a case with a critical alert is due.'),
  'cases.sla_high': duration('4h', 'The same of a case whose gravest alert is high.'),
  'cases.sla_medium': duration('24h', 'The same for medium.'),
  'cases.sla_low': duration('72h', 'The same for low.'),
  'cases.lists': structure(
    z.array(listingSchema).max(20),
    [],
    'Lists that take entries when a case is closed as fraud.',
    'a list such as [{list: blocked_devices, field: device_id, for: 90d}]',
  ),
}

/** The listings of a setting's value. */
export function toCaseListings(written: readonly z.output<typeof listingSchema>[]): readonly CaseListing[] {
  return written.map(({list, field, for: text}) => ({list, field, forMs: durationSchema.parse(text)}))
}
