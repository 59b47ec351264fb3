import {type Amendments, MOST_ADDED_ENTRIES} from './amendments-file.js'

/** Another mode for a rule as it runs. */
export interface ModeChange {
  readonly rule: string
  readonly mode: Amendments['modes'][number]['mode']
}

/** What is to be changed of the rules in force. */
export interface Amendment {
  readonly mode?: ModeChange | undefined
  /** Entries of lists; of two for the same value, the later end counts. */
  readonly entries?: Amendments['entries'] | undefined
}

/** An entry is kept so long after its end: late events are judged by their own time. */
const KEPT_AFTER_END_MS = 30 * 24 * 3_600_000

/** The amendments after one more. `versions`: of the rules, by id. `now`: ms. */
export function amend(
  {schema, modes, entries}: Amendments,
  {mode, entries: added = []}: Amendment,
  versions: ReadonlyMap<string, number>,
  now: number,
): Amendments {
  const version = mode === undefined ? undefined : versions.get(mode.rule)
  const others = modes.filter(({rule, version: of}) => rule !== mode?.rule && versions.get(rule) === of)
  return {
    schema,
    modes: mode === undefined || version === undefined ? others : [...others, {...mode, version}],
    entries: joined([...entries, ...added]).filter(
      ({expires}) => Date.parse(expires) > now - KEPT_AFTER_END_MS,
    ),
  }
}

/** Whether lists have room for what was added to them. */
export function fits({entries}: Amendments): boolean {
  return entries.length <= MOST_ADDED_ENTRIES
}

function joined(entries: Amendments['entries']): Amendments['entries'] {
  const byValue = new Map<string, Amendments['entries'][number]>()
  for (const entry of entries) {
    const key = JSON.stringify([entry.list, entry.value])
    const known = byValue.get(key)
    if (known === undefined || Date.parse(known.expires) < Date.parse(entry.expires)) byValue.set(key, entry)
  }
  return [...byValue.values()]
}
