import type {Stream} from '../event/stream.js'
import type {EventName} from '../expression/scope.js'
import {compileGate, compilePredicate, isAlone} from './compile-predicate.js'
import type {Form} from './form.js'
import {namesInOrder, type Path, type RuleCompilation} from './rule-compilation.js'
import type {TogetherMatch} from './rule-file.js'
import {type TogetherItem, togetherForm} from './together-form.js'

type FileItem = TogetherMatch['together']['of'][number]

export function compileTogether({together}: TogetherMatch, compilation: RuleCompilation): Form | undefined {
  const {of, within} = together
  const path: Path = ['match', 'together', 'of']
  const streams = of.map(({stream}, slot) => compilation.stream(stream, [...path, slot, 'stream']))
  const slotOf = slotsByName(of, path, compilation)
  const anchor = slotOf(together.anchor, ['match', 'together', 'anchor']) ?? 0
  if (streams.includes(undefined)) return undefined
  const known = streams as Stream[]
  const names = namesInOrder(of.map(({as}, slot) => [as, known[slot] as Stream]))
  const items = of.map((item, slot): TogetherItem => {
    const itemPath = [...path, slot]
    const after = slotOf(item.after, [...itemPath, 'after'])
    if (after === slot)
      compilation.fault([...itemPath, 'after'], `${item.as} cannot come after itself`, 'name another item')
    return {as: item.as, after, ...conditionOf(item, slot, known[slot] as Stream, names, compilation)}
  })
  if (contradictoryOrder(items))
    compilation.fault(path, 'the orders given by after go round in a circle', 'remove one of them')
  return togetherForm({items, anchor, within, narrowedBy: compilation.narrowedBy})
}

function conditionOf(
  {when}: FileItem,
  slot: number,
  stream: Stream,
  names: ReadonlyMap<string, EventName>,
  compilation: RuleCompilation,
): Pick<TogetherItem, 'stream' | 'when' | 'across'> {
  const tested = {slot, stream, scope: compilation.scope(names, stream)}
  const condition = compilation.condition(when, ['match', 'together', 'of', slot, 'when'], tested.scope)
  return condition === undefined || isAlone(condition, tested)
    ? {stream, when: compilePredicate(condition, tested, compilation), across: undefined}
    : {stream, when: compileGate(condition, tested, compilation), across: condition}
}

/** Finds the slot of an item by its name; tells names that stand twice, and those that are asked for but unknown. */
function slotsByName(
  of: readonly FileItem[],
  path: Path,
  compilation: RuleCompilation,
): (name: string | undefined, place: Path) => number | undefined {
  const byName = new Map<string, number>()
  for (const [slot, {as}] of of.entries()) {
    if (byName.has(as))
      compilation.fault([...path, slot, 'as'], `${as} names two events`, 'give each its own name')
    byName.set(as, slot)
  }
  return (name, place) => {
    if (name === undefined) return undefined
    const slot = byName.get(name)
    if (slot === undefined) {
      const remedy = compilation.suggest(name, byName.keys())
      compilation.fault(place, `no item is called ${JSON.stringify(name)}`, remedy)
    }
    return slot
  }
}

function contradictoryOrder(items: readonly TogetherItem[]): boolean {
  return items.some((_, start) => {
    let at = items[start]?.after
    for (let steps = 0; at !== undefined && steps < items.length; steps++) {
      // An item that follows itself is told as such.
      if (at === start) return steps > 0
      at = items[at]?.after
    }
    return false
  })
}
