import {compileProjection, type Project} from '../event/projection.js'
import {LOCATIONS, MERCHANTS, type Stream, TRANSACTIONS, type WireEvent} from '../event/stream.js'

/** By stream: the names of fields. */
export type FieldNames = ReadonlyMap<string, ReadonlySet<string>>

/** Fields that joins, records and explanations need whatever the rules use. */
const ALWAYS_IN_USE: {readonly [stream: string]: readonly string[]} = {
  [TRANSACTIONS]: ['amount_usd', 'card_id', 'merchant_id', 'counterparty_id', 'type'],
  [LOCATIONS]: ['lat', 'lon'],
}

/** What is kept of the events of each stream, where rules and features use these fields. */
export function keptFields(
  streams: ReadonlyMap<string, Stream>,
  ...inUse: readonly FieldNames[]
): FieldNames {
  return new Map(
    [...streams.values()].map(({name, fieldTypes}) => {
      // Profiles are kept for ever, longer than any log: a rule of tomorrow will not find elsewhere what is dropped today.
      const always = name === MERCHANTS ? fieldTypes.keys() : (ALWAYS_IN_USE[name] ?? [])
      return [name, new Set([...always, ...inUse.flatMap((fields) => [...(fields.get(name) ?? [])])])]
    }),
  )
}

export function projectionsTo(
  fields: FieldNames,
  streams: ReadonlyMap<string, Stream>,
): ReadonlyMap<string, Project> {
  return new Map(
    [...streams.values()].map((stream) => {
      const kept = fields.get(stream.name) ?? new Set()
      const project = compileProjection(stream, kept)
      return [stream.name, stream.name === MERCHANTS ? andTheRest(project, kept) : project]
    }),
  )
}

/** What of a bundle differs if it keeps more of events than its own rules use: what bundles after it will ask for. */
export function keepingMore(
  {fields, streams}: {readonly fields: FieldNames; readonly streams: ReadonlyMap<string, Stream>},
  more: FieldNames,
): {readonly fields: FieldNames; readonly projections: ReadonlyMap<string, Project>} {
  const kept = new Map(
    [...fields].map(([stream, names]) => [stream, new Set([...names, ...(more.get(stream) ?? [])])]),
  )
  return {fields: kept, projections: projectionsTo(kept, streams)}
}

/** Few profiles have fields that the schema does not name: the others all keep one shape. */
function andTheRest(project: Project, known: ReadonlySet<string>): Project {
  const isExtra = (wire: WireEvent, name: string) =>
    !known.has(name) && name !== 'event_time' && wire[name] !== null
  return (wire, derived) => {
    const fields = project(wire, derived)
    const extra = Object.keys(wire).filter((name) => isExtra(wire, name))
    if (extra.length === 0) return fields
    // Defines each field, also one that is called __proto__.
    return Object.fromEntries([
      ...Object.entries(fields),
      ...extra.map((name) => [name, wire[name]] as const),
    ]) as typeof fields
  }
}
