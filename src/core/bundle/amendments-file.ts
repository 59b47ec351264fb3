import {z} from 'zod'
import {type EventTime, parseEventTime} from '../event/time.js'
import type {RuleFile} from '../rule/rule-file.js'

export const AMENDMENTS_SCHEMA = 'tripline/amendments/v1'

/** Where they stand among the files of a bundle, as JSON. Nobody writes this file: the service does. */
export const AMENDMENTS_PATH = 'amendments.yaml'

const timeSchema = z.string().refine((text) => parseEventTime(text) !== undefined)

/** What was changed of a running set beside its folders, and goes with it when the folders change. */
export const amendmentsFileSchema = z.strictObject({
  schema: z.literal(AMENDMENTS_SCHEMA),
  /** Modes of rules, each for one version: a new version has the mode of its file. */
  modes: z.array(
    z.strictObject({rule: z.string(), version: z.int(), mode: z.enum(['live', 'shadow', 'off'])}),
  ),
  /** Entries of lists. */
  entries: z.array(z.strictObject({list: z.string(), value: z.string(), expires: timeSchema})),
})

export type Amendments = z.infer<typeof amendmentsFileSchema>

export const NO_AMENDMENTS: Amendments = {schema: AMENDMENTS_SCHEMA, modes: [], entries: []}

/** Lists take so many entries beside those of their files. */
export const MOST_ADDED_ENTRIES = 10_000

/** A rule with the mode that counts. */
export function amendedRule(file: RuleFile, {modes}: Amendments): RuleFile {
  const amended = modes.find(({rule, version}) => rule === file.id && version === file.version)
  return amended === undefined ? file : {...file, mode: amended.mode}
}

/** The entries that a list has beside those of its file, with their ends. */
export function addedEntries(list: string, {entries}: Amendments): readonly (readonly [string, EventTime])[] {
  return entries
    .filter((entry) => entry.list === list)
    .map(({value, expires}) => [value, parseEventTime(expires) as EventTime])
}
