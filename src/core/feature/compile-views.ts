import {inOneOrder, shortHash} from '../bundle/content-hash.js'
import {closest} from '../expression/suggest.js'
import type {FaultAt, SourceFault} from '../source/source-fault.js'
import type {RawDocument} from '../source/yaml-document.js'
import {compileRowView} from './compile-row-view.js'
import {compileWindowView, NOVELTY_WINDOWS} from './compile-window-view.js'
import {ENTITIES, EntityBuilder} from './entity-builder.js'
import {type FeatureSet, NO_FEATURES} from './feature-set.js'
import {mendedView} from './mended-view.js'
import {type ViewContext, ViewExpressions} from './view-expressions.js'
import {
  type FeatureViewFile,
  type RowViewFile,
  rowViewSchema,
  type WindowViewFile,
  windowViewSchema,
} from './view-file.js'

/** A border of a window lies up to so far before where it should. */
const DAY_MS = 86_400_000

interface ReadView<View = FeatureViewFile> {
  readonly view: View
  readonly path: string
  readonly faultAt: FaultAt
}

/** Checks and compiles feature views, in the order of their names: neither file names nor folders shape a result. */
export function compileViews(
  files: readonly {readonly path: string; readonly raw: RawDocument}[],
  context: ViewContext,
  faults: SourceFault[],
): FeatureSet {
  const views = files.flatMap(({path, raw}) => readView(path, raw, context, faults) ?? [])
  views.sort((a, b) => (a.view.name < b.view.name ? -1 : 1))
  if (views.length === 0) return NO_FEATURES
  refuseRepeated(views, faults)
  const builders = new Map(ENTITIES.map((entity, index) => [entity, new EntityBuilder(entity, index)]))
  const fieldsInUse = new Map<string, Set<string>>()
  const placed = withPlaces(views)
  for (const kind of ['window', 'row'] as const) {
    for (const {view, faultAt, at} of placed) {
      if (view.kind !== kind) continue
      const builder = builders.get(view.entity) as EntityBuilder
      const expressions = new ViewExpressions(view, context, fieldsInUse, faultAt, faults)
      if (view.kind === 'row') compileRowView(view, at, expressions, builder)
      else compileWindowView(view, at, expressions, builder)
    }
  }
  const plans = [...builders.values()].filter(({isEmpty}) => !isEmpty).map((builder) => builder.build())
  const all = [...builders.values()]
  return {
    schema: {
      hash: hashOf(views, context),
      names: placed.flatMap(({view}) => namesOf(view)),
      entities: placed.flatMap(({view}) => namesOf(view).map(() => view.entity)),
    },
    plans,
    byName: new Map(
      plans.flatMap((plan) =>
        [...plan.windows, ...plan.rows].map((feature) => [feature.name, {plan, feature}] as const),
      ),
    ),
    fieldsInUse,
    reach: Math.max(0, ...plans.flatMap(({frames}) => frames.map(({startAge}) => startAge + DAY_MS))),
    exactReach: Math.max(0, ...all.map((builder) => builder.exactReach)),
    feedbackHorizon: Math.max(0, ...all.map((builder) => builder.feedbackHorizon)),
  }
}

function readView(
  path: string,
  raw: RawDocument,
  context: ViewContext,
  faults: SourceFault[],
): ReadView | undefined {
  const kind = (raw.data as {kind?: unknown}).kind ?? 'window'
  const read = (document: ReturnType<typeof raw.check<FeatureViewFile>>): ReadView | undefined => {
    const {value: view, faultAt} = document
    faults.push(...document.faults)
    if (view !== undefined) return {view, path, faultAt}
    const mended = mendedView(raw.data)
    if (mended === undefined) return undefined
    const expressions = new ViewExpressions(mended, context, new Map(), faultAt, faults)
    const builder = new EntityBuilder(mended.entity, 0)
    if (mended.kind === 'row') compileRowView(mended, 0, expressions, builder)
    else compileWindowView(mended, 0, expressions, builder)
    return undefined
  }
  if (kind === 'row') return read(raw.check<RowViewFile>(rowViewSchema))
  if (kind === 'window') return read(raw.check<WindowViewFile>(windowViewSchema))
  const {faultAt} = raw.check(rowViewSchema)
  const meant = closest(String(kind), ['window', 'row'])
  const remedy = meant === undefined ? 'write window or row' : `did you mean ${meant}?`
  faults.push(faultAt(['kind'], `there is no kind of view called ${JSON.stringify(kind)}`, remedy))
  return undefined
}

function refuseRepeated(views: readonly ReadView[], faults: SourceFault[]): void {
  for (const [i, {view, faultAt}] of views.entries()) {
    const former = views[i - 1]
    if (former?.view.name === view.name) {
      const message = `the name ${view.name} is taken by ${former.path}`
      faults.push(faultAt(['name'], message, 'give each view its own name'))
    }
    const names = namesOf(view)
    const repeated = names.find((name, at) => names.indexOf(name) < at)
    if (repeated === undefined) continue
    const place = view.kind === 'row' ? 'rows' : 'aggregates'
    faults.push(faultAt([place], `two features are called ${repeated}`, 'rename one of them'))
  }
}

/** Where each view's features begin in a row. */
function withPlaces(views: readonly ReadView[]): readonly (ReadView & {readonly at: number})[] {
  let at = 0
  return views.map((read) => {
    const placed = {...read, at}
    at += namesOf(read.view).length
    return placed
  })
}

function namesOf(view: FeatureViewFile): readonly string[] {
  if (view.kind === 'row') return view.rows.map(({name}) => `${view.name}.${name}`)
  const windows = view.windows ?? NOVELTY_WINDOWS
  return view.aggregates.flatMap(({name}) => windows.map(({text}) => `${view.name}.${name}_${text}`))
}

/** Equal for views that mean the same; lists that they search count, too. */
function hashOf(views: readonly ReadView[], {lists}: ViewContext): string {
  const meanings = views.map(({view: {description: _, ...meaning}}) => meaning)
  const text = inOneOrder(meanings)
  const searched = [...lists.values()].filter(({name}) => text.includes(`lists.${name}`))
  return shortHash(inOneOrder([meanings, searched.map(({name, entries}) => [name, [...entries]])]))
}
