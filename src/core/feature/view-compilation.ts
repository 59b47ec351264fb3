import {FEEDBACK, LOCATIONS, MERCHANTS, type Stream, TRANSACTIONS} from '../event/stream.js'
import {compileCondition} from '../expression/condition.js'
import {TRUE} from '../expression/evaluation.js'
import type {ExpressionFault} from '../expression/fault.js'
import type {Join, Scope, ValueList, ValueType} from '../expression/scope.js'
import {closest} from '../expression/suggest.js'
import {compileValue, type Value} from '../expression/value.js'
import type {FaultAt, Path, SourceFault} from '../source/source-fault.js'
import {COMPARING, readingOf, UNFOLDED} from './aggregate-reading.js'
import type {EntityBuilder} from './entity-builder.js'
import type {Test} from './log-builder.js'
import {codeOf, numberOf, roundedNumberOf} from './value-code.js'
import type {FeatureViewFile, RowViewFile, WindowViewFile} from './view-file.js'
import {EXACT_REACH_MS} from './window-border.js'

const DAY_MS = 86_400_000

/** How far back what is new is held against what was there, where a view does not say it. */
const NOVELTY_WINDOWS = [{text: '90d', ms: 90 * DAY_MS}]

/** What feedback is found out by its transaction, where it does not say it itself. */
export const FEEDBACK_FIELDS = ['card_id', 'merchant_id', 'device_id', 'ip'] as const

type Aggregate = WindowViewFile['aggregates'][number]

/** What views are compiled against. */
export interface ViewContext {
  readonly streams: ReadonlyMap<string, Stream>
  readonly lists: ReadonlyMap<string, ValueList>
}

/** The compilation of one feature view. */
export class ViewCompilation {
  constructor(
    private readonly view: FeatureViewFile,
    /** Where its features begin in a row. */
    private readonly at: number,
    private readonly context: ViewContext,
    private readonly fieldsInUse: Map<string, Set<string>>,
    private readonly faultAt: FaultAt,
    private readonly faults: SourceFault[],
  ) {}

  addTo(builder: EntityBuilder): void {
    if (this.view.kind === 'row') this.addRows(this.view, builder)
    else this.addWindows(this.view, builder)
  }

  private addWindows(view: WindowViewFile, builder: EntityBuilder): void {
    const {aggregates, delay, exact} = view
    const stream = this.stream(view.stream)
    if (stream === undefined) return
    const when = this.when(view.when, this.scope(stream, NO_JOINS))
    const windows = view.windows ?? NOVELTY_WINDOWS
    if (view.windows === undefined && aggregates.some(({fn}) => fn !== 'novel'))
      this.fault(['windows'], 'windows is missing', 'add it (array): only novel can do without')
    builder.finds(stream, view.horizon ?? DAY_MS)
    if (view.horizon !== undefined && stream.name !== FEEDBACK)
      this.fault(['horizon'], 'only a view of feedback has a horizon', 'remove it')
    let at = this.at
    for (const [i, aggregate] of aggregates.entries()) {
      const value = this.value(aggregate, i, stream)
      if (value === undefined && aggregate.fn !== 'count') {
        at += windows.length
        continue
      }
      const {fn} = aggregate
      const isLong = !exact && windows.some(({ms}) => ms + delay > EXACT_REACH_MS)
      const cannotFold = isLong && UNFOLDED.includes(fn)
      // A window that ends among folded rows cannot do with the newest of equal ones.
      const needsAll = fn === 'median' || delay > EXACT_REACH_MS
      const fold = !cannotFold ? 'panes' : needsAll ? 'rows' : 'latest'
      const kind = COMPARING.includes(fn) ? 'code' : 'number'
      const log = builder.log(stream, fold)
      const convert =
        kind === 'code' || value?.type === 'string' ? codeOf : fn === 'stddev' ? roundedNumberOf : numberOf
      const ofOne = value?.ofOne
      const readValue =
        ofOne === undefined ? undefined : (event: Parameters<Test>[0]) => convert(ofOne(event))
      const place = {
        when: log.when(when?.canonical, when?.test),
        value: readValue === undefined ? -1 : log.value(`${convert.name} ${value?.canonical}`, readValue),
        readValue,
      }
      const includesCurrent = view.include_current && fn !== 'novel'
      for (const {text, ms} of windows) {
        const frame = builder.frame(log, {startAge: delay + ms, endAge: delay, exact, includesCurrent})
        builder.windows.push({
          kind: 'window',
          name: `${view.name}.${aggregate.name}_${text}`,
          at,
          frame,
          read: readingOf(fn, place, log),
        })
        at++
      }
    }
  }

  private addRows(view: RowViewFile, builder: EntityBuilder): void {
    const stream = this.stream(TRANSACTIONS)
    if (stream === undefined) return
    const isOfOneUser = view.entity === 'user_id' || view.entity === 'card_id'
    const ofManyUsers = `a location is a user's, and one ${view.entity} may belong to many users`
    const types = new Map<string, ValueType>(builder.windows.map(({name}) => [name, 'double']))
    const scope = this.scope(stream, {
      location: isOfOneUser ? this.join(LOCATIONS) : {unavailable: ofManyUsers},
      merchant: this.join(MERCHANTS),
      features: types,
    })
    for (const [i, {name, expr}] of view.rows.entries()) {
      const value = this.compiled(expr, ['rows', i, 'expr'], scope, ['double', 'bool'])
      if (value === undefined) continue
      if (value.uses.merchant) this.use(TRANSACTIONS, 'merchant_id')
      builder.usesLocation ||= value.uses.location
      builder.usesMerchant ||= value.uses.merchant
      const inputs = builder.windows.filter((feature) => value.uses.features.includes(feature.name))
      builder.rows.push({kind: 'row', name: `${view.name}.${name}`, at: this.at + i, value, inputs})
    }
  }

  /** The stream of a view, whose events have its entity. */
  private stream(name: string): Stream | undefined {
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

  private when(
    text: string | undefined,
    scope: Scope,
  ): {readonly canonical: string; readonly test: Test} | undefined {
    if (text === undefined) return undefined
    const compiled = compileCondition(text, scope)
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
  private value({fn, of}: Aggregate, index: number, stream: Stream): Value | undefined {
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

  private compiled(text: string, path: Path, scope: Scope, types: readonly ValueType[]): Value | undefined {
    const compiled = compileValue(text, scope, types)
    if ('faults' in compiled) {
      this.report(compiled.faults, path, 'error')
      return undefined
    }
    this.report(compiled.warnings, path, 'warning')
    this.useAll(compiled.value.uses.fields)
    return compiled.value
  }

  private scope(stream: Stream, joins: Pick<Scope, 'location' | 'merchant' | 'features'>): Scope {
    const event = {slot: 0, stream: stream.name, fieldTypes: stream.fieldTypes, group: false}
    return {events: new Map([[this.view.as, event]]), lists: this.context.lists, ...joins}
  }

  private join(stream: string): Join {
    return {fieldTypes: this.context.streams.get(stream)?.fieldTypes ?? new Map()}
  }

  private useAll(fields: ReadonlyMap<string, ReadonlySet<string>>): void {
    for (const [stream, names] of fields) for (const name of names) this.use(stream, name)
  }

  private use(stream: string, field: string): void {
    const known = this.fieldsInUse.get(stream)
    if (known === undefined) this.fieldsInUse.set(stream, new Set([field]))
    else known.add(field)
  }

  private report(found: readonly ExpressionFault[], path: Path, severity: 'error' | 'warning'): void {
    for (const {message, remedy, start} of found)
      this.faults.push(this.faultAt(path, message, remedy, severity, start))
  }

  private fault(path: Path, message: string, remedy: string): void {
    this.faults.push(this.faultAt(path, message, remedy))
  }
}

const UNAVAILABLE = {unavailable: 'a view counts events by what they say themselves'}
const NO_JOINS = {location: UNAVAILABLE, merchant: UNAVAILABLE, features: new Map<string, ValueType>()}
