import {LOCATIONS, MERCHANTS, type Stream} from '../event/stream.js'
import {type Condition, compileCondition} from '../expression/condition.js'
import {FALSE, TRUE} from '../expression/evaluation.js'
import type {EventName, Join, Scope, ValueList} from '../expression/scope.js'
import {closest} from '../expression/suggest.js'
import type {SourceFault} from '../source/source-fault.js'
import type {CheckedDocument} from '../source/yaml-document.js'
import {eventForm} from './event-form.js'
import type {Form, Predicate} from './form.js'
import {PredicateTable} from './predicate-table.js'
import type {Rule} from './rule.js'
import type {EventMatch, RuleFile, TogetherMatch, WindowMatch} from './rule-file.js'
import {type TogetherItem, togetherForm} from './together-form.js'
import {windowForm} from './window-form.js'

/** What rules are compiled against, and what they leave behind for the events to be prepared for them. */
export interface RuleContext {
  readonly streams: ReadonlyMap<string, Stream>
  readonly lists: ReadonlyMap<string, ValueList>
  /** Single-event predicates by stream: shared by all rules. */
  readonly predicates: Map<string, PredicateTable>
  /** Names of the fields in use, by stream. */
  readonly fieldsInUse: Map<string, Set<string>>
}

type FaultAt = CheckedDocument<unknown>['faultAt']
type Path = readonly PropertyKey[]

/** Compiles a rule file. Undefined if it has errors; every error and warning is added to `faults`. */
export function compileRule(
  file: RuleFile,
  index: number,
  context: RuleContext,
  faultAt: FaultAt,
  faults: SourceFault[],
): Rule | undefined {
  const compiler = new RuleCompiler(file, index, context, faultAt)
  const form = compiler.compileForm()
  faults.push(...compiler.faults)
  if (form === undefined || compiler.faults.some(({severity}) => severity === 'error')) return undefined
  const {id, version, title, mode, key, severity, action, score, cooldown} = file
  const narrowedBy = compiler.narrowedBy
  return {index, id, version, title, mode, key, severity, action, score, cooldown, narrowedBy, form}
}

class RuleCompiler {
  readonly faults: SourceFault[] = []
  readonly narrowedBy: string | undefined

  constructor(
    private readonly file: RuleFile,
    private readonly index: number,
    private readonly context: RuleContext,
    private readonly faultAt: FaultAt,
  ) {
    this.narrowedBy = file.key === 'user_id' ? undefined : file.key
  }

  compileForm(): Form | undefined {
    const {match, key} = this.file
    if (key !== 'user_id' && key !== 'card_id') {
      this.fault(['key'], `rules keyed by ${key} do not run yet`, 'key it by user_id or card_id')
      return undefined
    }
    if ('event' in match) return this.eventForm(match)
    if ('window' in match) return this.windowForm(match)
    return this.togetherForm(match)
  }

  private eventForm({event, when}: EventMatch): Form | undefined {
    const stream = this.stream(event.stream, ['match', 'event', 'stream'])
    if (stream === undefined) return undefined
    const names = this.names([[event.as, stream]])
    const predicate = this.predicate(when, ['match', 'when'], stream, this.scope(names, stream))
    return eventForm({as: event.as, stream, when: predicate})
  }

  private windowForm({window, having}: WindowMatch): Form | undefined {
    const stream = this.stream(window.stream, ['match', 'window', 'stream'])
    if (stream === undefined) return undefined
    const names = this.names([[window.as, stream]])
    const scope = this.scope(names, stream)
    const when = this.predicate(window.when, ['match', 'window', 'when'], stream, scope)
    const overWindow = this.condition(having, ['match', 'having'], {...scope, window: window.as})
    if (window.span === 0)
      this.fault(['match', 'window', 'span'], 'a window of no length holds nothing', 'write a longer span')
    if (overWindow === undefined) return undefined
    const {narrowedBy} = this
    return windowForm({as: window.as, stream, when, span: window.span, having: overWindow, narrowedBy})
  }

  private togetherForm({together}: TogetherMatch): Form | undefined {
    const {of, within} = together
    const path: Path = ['match', 'together', 'of']
    const streams = of.map(({stream}, slot) => this.stream(stream, [...path, slot, 'stream']))
    const byName = new Map<string, number>()
    for (const [slot, {as}] of of.entries()) {
      if (byName.has(as))
        this.fault([...path, slot, 'as'], `${as} names two events`, 'give each its own name')
      byName.set(as, slot)
    }
    const anchor = this.slotOf(together.anchor, byName, ['match', 'together', 'anchor']) ?? 0
    if (streams.includes(undefined)) return undefined
    const known = streams as Stream[]
    const names = this.names(of.map(({as}, slot) => [as, known[slot] as Stream]))
    const items = of.map((item, slot): TogetherItem => {
      const itemPath = [...path, slot]
      const stream = known[slot] as Stream
      const after = this.slotOf(item.after, byName, [...itemPath, 'after'])
      if (after === slot)
        this.fault([...itemPath, 'after'], `${item.as} cannot come after itself`, 'name another item')
      const condition = this.condition(item.when, [...itemPath, 'when'], this.scope(names, stream))
      const alone = condition === undefined || condition.slots.every((named) => named === slot)
      return {
        as: item.as,
        stream,
        when:
          alone && condition !== undefined
            ? this.asPredicate(condition, slot, stream, this.scope(names, stream))
            : undefined,
        across: alone ? undefined : condition,
        after,
      }
    })
    if (contradictoryOrder(items))
      this.fault(path, 'the orders given by after go round in a circle', 'remove one of them')
    return togetherForm({items, anchor, within, narrowedBy: this.narrowedBy})
  }

  private slotOf(
    name: string | undefined,
    byName: ReadonlyMap<string, number>,
    path: Path,
  ): number | undefined {
    if (name === undefined) return undefined
    const slot = byName.get(name)
    if (slot === undefined)
      this.fault(path, `no item is called ${JSON.stringify(name)}`, this.suggest(name, byName.keys()))
    return slot
  }

  private stream(name: string, path: Path): Stream | undefined {
    const stream = this.context.streams.get(name)
    if (stream === undefined) {
      this.fault(
        path,
        `no stream is called ${JSON.stringify(name)}`,
        this.suggest(name, this.context.streams.keys()),
      )
      return undefined
    }
    const keyed =
      this.file.key === 'card_id'
        ? stream.fieldTypes.has('card_id') && stream.keyField === 'user_id'
        : stream.keyField === 'user_id'
    if (!keyed) {
      this.fault(
        path,
        `${name} has no field ${this.file.key}, by which the rule is keyed`,
        'use a stream that has it, or another key',
      )
      return undefined
    }
    if (this.narrowedBy !== undefined) this.use(name, this.narrowedBy)
    return stream
  }

  private names(of: readonly (readonly [string, Stream])[]): ReadonlyMap<string, EventName> {
    return new Map(
      of.map(([as, stream], slot) => [
        as,
        {slot, stream: stream.name, fieldTypes: stream.fieldTypes, group: false},
      ]),
    )
  }

  private scope(events: ReadonlyMap<string, EventName>, tested: Stream): Scope {
    const ofTransactions = tested.name === 'transactions'
    const unavailable = {
      unavailable: `location and merchant are joined to transactions, not to ${tested.name}`,
    }
    const join = (stream: string): Join =>
      ofTransactions ? {fieldTypes: this.context.streams.get(stream)?.fieldTypes ?? new Map()} : unavailable
    return {
      events,
      location: join(LOCATIONS),
      merchant: join(MERCHANTS),
      features: new Map(),
      lists: this.context.lists,
    }
  }

  private predicate(
    text: string | undefined,
    path: Path,
    stream: Stream,
    scope: Scope,
  ): Predicate | undefined {
    const condition = this.condition(text, path, scope)
    return condition === undefined ? undefined : this.asPredicate(condition, 0, stream, scope)
  }

  private asPredicate(condition: Condition, slot: number, stream: Stream, scope: Scope): Predicate {
    const {testOne} = condition
    if (testOne !== undefined) {
      const bit = this.predicatesOf(stream).bitOf(condition.canonical, testOne, this.index)
      return {condition, slot, bit, fixed: true}
    }
    return {condition, slot, bit: this.gateOf(condition, slot, stream, scope), fixed: false}
  }

  /**
   * The bit of those parts of a conjunction that look at the event alone. Where one of them is false, so is the whole:
   * most events never get to the joins.
   */
  private gateOf({clauses}: Condition, slot: number, stream: Stream, scope: Scope): number {
    const alone = clauses.flatMap(({text}) => {
      const part = compileCondition(text, scope)
      return 'condition' in part && part.condition.fixed && part.condition.slots[0] === slot
        ? [`(${text})`]
        : []
    })
    const gate = alone.length === 0 ? undefined : compileCondition(alone.join(' && '), scope)
    if (gate === undefined || !('condition' in gate)) return -1
    const {canonical, testOne} = gate.condition
    if (testOne === undefined) return -1
    return this.predicatesOf(stream).bitOf(
      `not false: ${canonical}`,
      (event) => (testOne(event) === FALSE ? FALSE : TRUE),
      this.index,
    )
  }

  private predicatesOf({name}: Stream): PredicateTable {
    let table = this.context.predicates.get(name)
    if (table === undefined) {
      table = new PredicateTable()
      this.context.predicates.set(name, table)
    }
    return table
  }

  private condition(text: string | undefined, path: Path, scope: Scope): Condition | undefined {
    if (text === undefined) return undefined
    const compiled = compileCondition(text, scope)
    if ('faults' in compiled) {
      for (const {message, remedy, start} of compiled.faults) {
        this.faults.push(this.faultAt(path, message, remedy, 'error', start))
      }
      return undefined
    }
    for (const {message, remedy, start} of compiled.warnings) {
      this.faults.push(this.faultAt(path, message, remedy, 'warning', start))
    }
    const {condition} = compiled
    for (const [stream, fields] of condition.uses.fields) for (const field of fields) this.use(stream, field)
    if (condition.uses.merchant) this.use('transactions', 'merchant_id')
    return condition
  }

  private use(stream: string, field: string): void {
    const fields = this.context.fieldsInUse.get(stream)
    if (fields === undefined) this.context.fieldsInUse.set(stream, new Set([field]))
    else fields.add(field)
  }

  private suggest(word: string, known: Iterable<string>): string {
    const names = [...known]
    const meant = closest(word, names)
    return meant === undefined ? `known are ${names.join(', ')}` : `did you mean ${JSON.stringify(meant)}?`
  }

  private fault(path: Path, message: string, remedy: string): void {
    this.faults.push(this.faultAt(path, message, remedy))
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
