import {FEEDBACK, type Stream, TRANSACTIONS} from '../event/stream.js'
import {compileCondition} from '../expression/condition.js'
import {TRUE} from '../expression/evaluation.js'
import type {ExpressionFault} from '../expression/fault.js'
import type {Join, Scope, ValueList, ValueType} from '../expression/scope.js'
import {closest} from '../expression/suggest.js'
import {compileValue, type Value} from '../expression/value.js'
import type {FaultAt, Path, SourceFault} from '../source/source-fault.js'
import {COMPARING} from './aggregate-reading.js'
import {FEEDBACK_FIELDS} from './feedback-join.js'
import type {Test} from './log-builder.js'
import type {FeatureViewFile, WindowViewFile} from './view-file.js'

type Aggregate = WindowViewFile['aggregates'][number]

/** What views are compiled against. */
export interface ViewContext {
  readonly streams: ReadonlyMap<string, Stream>
  readonly lists: ReadonlyMap<string, ValueList>
}

/** A condition of a view, and what tells it from others. */
export interface ViewCondition {
  readonly canonical: string
  readonly test: Test
}

/** The streams, conditions and values that one view names: what they mean, and every fault that is found on the way. */
export class ViewExpressions {
  constructor(
    private readonly view: FeatureViewFile,
    private readonly context: ViewContext,
    private readonly fieldsInUse: Map<string, Set<string>>,
    private readonly faultAt: FaultAt,
    private readonly faults: SourceFault[],
  ) {}

  /** The stream of a view, whose events have its entity. */
  stream(name: string): Stream | undefined {
    const {streams} = this.context
    const {entity} = this.view
    const stream = streams.get(name)
    if (stream === undefined) {
      const meant = closest(name, [...streams.keys()])
      const remedy =
        meant === undefined ? `known are ${[...streams.keys()].join(', ')}` : `did you mean ${meant}?`
      this.fault(['stream'], `no stream is called ${JSON.stringify(name)}`, remedy)
      return undefined
    }
    const isOfUser = stream.keyField === 'user_id'
    const isFeedback = name === FEEDBACK
    const has = stream.fieldTypes.has(entity) || isFeedback
    if (entity === 'user_id' ? !isOfUser : !has || (entity === 'card_id' && !isOfUser)) {
      const message = `${name} has no field ${entity}, whose features these are`
      this.fault(['entity'], message, 'use a stream that has it, or another entity')
      return undefined
    }
    if (entity !== stream.keyField) this.use(name, entity)
    if (isFeedback) for (const field of ['transaction_id', ...FEEDBACK_FIELDS]) this.use(name, field)
    return stream
  }

  /** The condition of a view about an event alone; undefined if there is none, or a faulty one. */
  when(text: string | undefined, stream: Stream): ViewCondition | undefined {
    if (text === undefined) return undefined
    const compiled = compileCondition(text, this.scope(stream, NO_JOINS))
    if ('faults' in compiled) {
      this.report(compiled.faults, ['when'], 'error')
      return undefined
    }
    this.report(compiled.warnings, ['when'], 'warning')
    const {canonical, testOne, uses} = compiled.condition
    this.useAll(uses.fields)
    if (testOne === undefined) {
      this.fault(
        ['when'],
        'the condition depends on more than the event',
        'remove what expires, or put it into a row',
      )
      return undefined
    }
    return {canonical, test: (event) => testOne(event) === TRUE}
  }

  /** The value of an aggregate's members; undefined if it has none, or a faulty one. */
  value({fn, of}: Aggregate, index: number, stream: Stream): Value | undefined {
    const path = ['aggregates', index, 'of']
    if (of === undefined) {
      if (fn !== 'count')
        this.fault(
          ['aggregates', index],
          `aggregates.${index}.of is missing`,
          `say of what: ${fn} takes a value`,
        )
      return undefined
    }
    if (fn === 'novel' && stream.name !== TRANSACTIONS)
      this.fault(['aggregates', index, 'fn'], 'novel is about transactions', 'write stream: transactions')
    const isCompared = COMPARING.includes(fn) || fn === 'count'
    const types: readonly ValueType[] = isCompared ? ['double', 'string', 'bool'] : ['double', 'bool']
    const value = this.compiled(of, path, this.scope(stream, NO_JOINS), types)
    if (value !== undefined && value.ofOne === undefined) {
      this.fault(
        path,
        'the value depends on more than the event',
        'remove what expires, or put it into a row',
      )
      return undefined
    }
    return value
  }

  compiled(text: string, path: Path, scope: Scope, types: readonly ValueType[]): Value | undefined {
    const compiled = compileValue(text, scope, types)
    if ('faults' in compiled) {
      this.report(compiled.faults, path, 'error')
      return undefined
    }
    this.report(compiled.warnings, path, 'warning')
    this.useAll(compiled.value.uses.fields)
    return compiled.value
  }

  scope(stream: Stream, joins: Pick<Scope, 'location' | 'merchant' | 'features'>): Scope {
    const event = {slot: 0, stream: stream.name, fieldTypes: stream.fieldTypes, group: false}
    return {events: new Map([[this.view.as, event]]), lists: this.context.lists, ...joins}
  }

  join(stream: string): Join {
    return {fieldTypes: this.context.streams.get(stream)?.fieldTypes ?? new Map()}
  }

  private useAll(fields: ReadonlyMap<string, ReadonlySet<string>>): void {
    for (const [stream, names] of fields) for (const name of names) this.use(stream, name)
  }

  use(stream: string, field: string): void {
    const known = this.fieldsInUse.get(stream)
    if (known === undefined) this.fieldsInUse.set(stream, new Set([field]))
    else known.add(field)
  }

  private report(found: readonly ExpressionFault[], path: Path, severity: 'error' | 'warning'): void {
    for (const {message, remedy, start} of found)
      this.faults.push(this.faultAt(path, message, remedy, severity, start))
  }

  fault(path: Path, message: string, remedy: string): void {
    this.faults.push(this.faultAt(path, message, remedy))
  }
}

const UNAVAILABLE = {unavailable: 'a view counts events by what they say themselves'}
const NO_JOINS = {location: UNAVAILABLE, merchant: UNAVAILABLE, features: new Map<string, ValueType>()}
