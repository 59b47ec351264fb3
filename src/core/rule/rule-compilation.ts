import {LOCATIONS, MERCHANTS, type Stream, TRANSACTIONS} from '../event/stream.js'
import {type Condition, compileCondition} from '../expression/condition.js'
import type {EventName, Join, Scope, ValueList} from '../expression/scope.js'
import {closest} from '../expression/suggest.js'
import {featureScope} from '../feature/feature-scope.js'
import type {FeatureSet} from '../feature/feature-set.js'
import type {SourceFault} from '../source/source-fault.js'
import type {CheckedDocument} from '../source/yaml-document.js'
import {PredicateTable} from './predicate-table.js'
import type {RuleFile} from './rule-file.js'

/** What rules are compiled against, and what they leave behind for the events to be prepared for them. */
export interface RuleContext {
  readonly streams: ReadonlyMap<string, Stream>
  readonly lists: ReadonlyMap<string, ValueList>
  readonly features: FeatureSet
  /** Single-event predicates by stream: shared by all rules. */
  readonly predicates: Map<string, PredicateTable>
  /** Names of the fields in use, by stream. */
  readonly fieldsInUse: Map<string, Set<string>>
  /** Puts another condition in the place of one of the file's (`match.when`): to ask what would be otherwise. */
  readonly vary?: VaryCondition
}

/** `place` is where the file holds the condition, such as `match.together.of.0.when`. */
export type VaryCondition = (condition: Condition, place: string) => Condition

export type FaultAt = CheckedDocument<unknown>['faultAt']
export type Path = readonly PropertyKey[]

/** The compilation of one rule file: what its streams, names and conditions mean, and every fault that is found on the way. */
export class RuleCompilation {
  readonly faults: SourceFault[] = []
  /** A further field that all events of the rule share. */
  readonly narrowedBy: string | undefined

  constructor(
    private readonly file: RuleFile,
    /** Place of the rule in the running set. */
    readonly index: number,
    private readonly context: RuleContext,
    private readonly faultAt: FaultAt,
  ) {
    this.narrowedBy = file.key === 'card_id' ? file.key : undefined
  }

  /** The stream of this name, whose events have the rule's key. */
  stream(name: string, path: Path): Stream | undefined {
    const {streams} = this.context
    const stream = streams.get(name)
    if (stream === undefined) {
      const message = `no stream is called ${JSON.stringify(name)}`
      this.fault(path, message, this.suggest(name, streams.keys()))
      return undefined
    }
    const {key} = this.file
    if (!isKeyedBy(stream, key)) {
      const message = `${name} has no field ${key}, by which the rule is keyed`
      this.fault(path, message, 'use a stream that has it, or another key')
      return undefined
    }
    // By these a history is found, narrowed to a card, and led back to the user whose transaction it is.
    if (key !== 'user_id') this.use(name, key)
    if (!this.isOfOneUser && stream.fieldTypes.has('user_id')) this.use(name, 'user_id')
    return stream
  }

  /** What a condition sees that is tested on an event of `tested`. */
  scope(events: ReadonlyMap<string, EventName>, tested: Stream): Scope {
    const joins = {unavailable: `location and merchant are joined to transactions, not to ${tested.name}`}
    const ofManyUsers = {
      unavailable: `a location is a user's, and one ${this.file.key} may belong to many users`,
    }
    const isTransaction = tested.name === TRANSACTIONS
    return {
      events,
      location: !isTransaction ? joins : this.isOfOneUser ? this.join(LOCATIONS) : ofManyUsers,
      merchant: isTransaction ? this.join(MERCHANTS) : joins,
      ...featureScope(this.context.features, this.file.key, tested.name),
      lists: this.context.lists,
    }
  }

  /** The condition that stands at a path of the file; undefined if there is none, or a faulty one. */
  condition(text: string | undefined, path: Path, scope: Scope): Condition | undefined {
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
    if (condition.uses.merchant) this.use(TRANSACTIONS, 'merchant_id')
    if (condition.uses.features.length > 0)
      for (const [stream, fields] of this.context.features.fieldsInUse)
        for (const field of fields) this.use(stream, field)
    return this.context.vary === undefined ? condition : this.context.vary(condition, path.join('.'))
  }

  /** The single-event predicates of a stream. */
  predicatesOf({name}: Stream): PredicateTable {
    let table = this.context.predicates.get(name)
    if (table === undefined) {
      table = new PredicateTable()
      this.context.predicates.set(name, table)
    }
    return table
  }

  fault(path: Path, message: string, remedy: string): void {
    this.faults.push(this.faultAt(path, message, remedy))
  }

  /** A remedy for a word that is not one of the known ones. */
  suggest(word: string, known: Iterable<string>): string {
    const names = [...known]
    const meant = closest(word, names)
    return meant === undefined ? `known are ${names.join(', ')}` : `did you mean ${JSON.stringify(meant)}?`
  }

  private get isOfOneUser(): boolean {
    return this.file.key === 'user_id' || this.file.key === 'card_id'
  }

  private join(stream: string): Join {
    return {fieldTypes: this.context.streams.get(stream)?.fieldTypes ?? new Map()}
  }

  private use(stream: string, field: string): void {
    const fields = this.context.fieldsInUse.get(stream)
    if (fields === undefined) this.context.fieldsInUse.set(stream, new Set([field]))
    else fields.add(field)
  }
}

/** Whether events of a stream can be found by a rule's key: histories of users hold what is keyed by user, cards included. */
function isKeyedBy({keyField, fieldTypes}: Stream, key: RuleFile['key']): boolean {
  if (key === 'user_id') return keyField === 'user_id'
  return fieldTypes.has(key) && (key !== 'card_id' || keyField === 'user_id')
}

/** Names of events, each bound to the slot of its place. */
export function namesInOrder(
  of: readonly (readonly [name: string, stream: Stream])[],
): ReadonlyMap<string, EventName> {
  return new Map(of.map(([name, stream], slot) => [name, eventName(slot, stream, false)]))
}

export function eventName(slot: number, {name, fieldTypes}: Stream, group: boolean): EventName {
  return {slot, stream: name, fieldTypes, group}
}
