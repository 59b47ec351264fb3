import {RulesRefusedError} from '../../adapters/http/rules-service.js'
import {type Amendment, amend, fits} from '../../core/bundle/amend.js'
import {
  AMENDMENTS_PATH,
  type Amendments,
  amendmentsFileSchema,
  MOST_ADDED_ENTRIES,
  NO_AMENDMENTS,
} from '../../core/bundle/amendments-file.js'
import {type BundleContent, compileContent} from '../../core/bundle/bundle-content.js'
import {formatFault, isError} from '../../core/source/source-fault.js'
import type {LoadedBundle} from '../bundle/load-bundle.js'

/** The bundle in force with one more amendment. Throws a RulesRefusedError for a rule or a list that it does not have. */
export function amendedBundle(inForce: LoadedBundle, amendment: Amendment, now: number): LoadedBundle {
  const faults = faultsOf(inForce, amendment)
  const amendments = amend(amendmentsOf(inForce.content), amendment, versionsOf(inForce), now)
  if (!fits(amendments)) faults.push(`lists hold ${MOST_ADDED_ENTRIES} added entries; wait until some expire`)
  if (faults.length > 0) throw new RulesRefusedError(faults)
  return withAmendments(inForce, amendments)
}

/** What the folders hold, with what was amended of the bundle in force and still counts. */
export function carriedOver(folder: LoadedBundle, inForce: BundleContent, now: number): LoadedBundle {
  return withAmendments(folder, amend(amendmentsOf(inForce), {}, versionsOf(folder), now))
}

function amendmentsOf({files}: BundleContent): Amendments {
  const file = files.find(({path}) => path === AMENDMENTS_PATH)
  return file === undefined ? NO_AMENDMENTS : amendmentsFileSchema.parse(JSON.parse(file.text))
}

function withAmendments(loaded: LoadedBundle, amendments: Amendments): LoadedBundle {
  const rest = loaded.content.files.filter(({path}) => path !== AMENDMENTS_PATH)
  const isAmended = amendments.modes.length + amendments.entries.length > 0
  if (!isAmended && rest.length === loaded.content.files.length) return loaded
  const added = isAmended ? [{path: AMENDMENTS_PATH, text: JSON.stringify(amendments)}] : []
  const content = {...loaded.content, files: [...rest, ...added]}
  const {bundle, faults} = compileContent(content)
  if (bundle === undefined) throw new RulesRefusedError(faults.filter(isError).map(formatFault))
  return {bundle, content}
}

function versionsOf({bundle}: LoadedBundle): ReadonlyMap<string, number> {
  return new Map(bundle.sources.map(({id, version}) => [id, version]))
}

function faultsOf({bundle, content}: LoadedBundle, {mode, entries = []}: Amendment): string[] {
  const faults: string[] = []
  if (mode !== undefined && !bundle.sources.some(({id}) => id === mode.rule))
    faults.push(`there is no rule ${mode.rule} in force; GET /v1/rules lists them`)
  const known = listNames(content)
  for (const list of new Set(entries.map((entry) => entry.list)))
    if (!known.has(list))
      faults.push(
        `there is no list ${list} in force; add a file for it below the rules folder, with entries: []`,
      )
  return faults
}

function listNames(content: BundleContent): ReadonlySet<string> {
  const {lists} = compileContent({
    ...content,
    files: content.files.filter(({text}) => text.includes('tripline/list/')),
  })
  return new Set(lists.flatMap(({value}) => (value === undefined ? [] : [value.name])))
}
