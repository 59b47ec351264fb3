import fc from 'fast-check'
import type {KeyName, Match, RuleFile, StreamName} from '../shapes.js'
import {span, streamOf, withWhen} from './match-parts.js'
import {eventPredicate, havingPredicate, type Named, pairPredicate} from './predicates.js'
import {LONG, type Scale, spelledUnits} from './scale.js'
import {sequenceMatch} from './sequence-matches.js'

export interface RuleSetOptions {
  readonly scale?: Scale
  readonly maxRules?: number
  /** Each off by default. */
  readonly sequence?: boolean
  readonly cooldown?: boolean
  /** Also rules keyed by merchant_id, device_id and ip. */
  readonly furtherKeys?: boolean
}

/** Sets of valid rules with distinct ids, as parsed YAML. They name the lists of `generatedLists`. */
export function ruleSets(options: RuleSetOptions = {}): fc.Arbitrary<readonly RuleFile[]> {
  return fc
    .array(generatedRule(options), {minLength: 1, maxLength: options.maxRules ?? 4})
    .map((rules) => rules.map((rule, index) => ({...rule, id: `${rule.id}-${index}`})))
}

export function generatedRule(options: RuleSetOptions = {}): fc.Arbitrary<RuleFile> {
  const {scale = LONG, furtherKeys = false, cooldown = false} = options
  const further: readonly KeyName[] = furtherKeys ? ['merchant_id', 'device_id', 'ip'] : []
  const keys = fc.constantFrom<KeyName>('user_id', 'user_id', 'user_id', 'card_id', ...further)
  const pause = fc.integer({min: 1, max: 4}).map((units) => spelledUnits(scale, units))
  return keys.chain((key) =>
    fc
      .record({
        version: fc.integer({min: 1, max: 3}),
        mode: fc.constantFrom('live', 'live', 'live', 'live', 'shadow', 'off', undefined),
        severity: fc.constantFrom<RuleFile['severity']>('low', 'medium', 'high', 'critical'),
        action: fc.constantFrom<RuleFile['action']>('review', 'review', 'decline', 'approve'),
        score: fc.constantFrom(10, 50, 50, 90),
        cooldown: cooldown ? fc.option(pause, {nil: undefined}) : fc.constant(undefined),
        match: generatedMatch(key, scale, options.sequence === true),
      })
      .map(({mode, cooldown: span, ...rule}) => ({
        schema: 'tripline/rule/v1',
        id: 'generated',
        title: 'A generated rule',
        key,
        ...rule,
        ...(mode === undefined ? {} : {mode: mode as NonNullable<RuleFile['mode']>}),
        ...(span === undefined ? {} : {cooldown: span}),
      })),
  )
}

function generatedMatch(key: KeyName, scale: Scale, sequence: boolean): fc.Arbitrary<Match> {
  return fc.oneof(
    {arbitrary: eventMatch(key), weight: 1},
    {arbitrary: windowMatch(key, scale), weight: 3},
    {arbitrary: togetherMatch(key, scale), weight: 3},
    ...(sequence ? [{arbitrary: sequenceMatch(key, scale), weight: 4}] : []),
  )
}

function eventMatch(key: KeyName): fc.Arbitrary<Match> {
  return streamOf(key).chain((stream) =>
    eventPredicate(stream, 'one', key).map((when) => ({event: {as: 'one', stream}, when})),
  )
}

function windowMatch(key: KeyName, scale: Scale): fc.Arbitrary<Match> {
  return fc
    .tuple(streamOf(key), span(scale))
    .chain(([stream, length]) =>
      fc
        .tuple(
          withWhen({as: 'tx', stream, span: length}, eventPredicate(stream, 'tx', key)),
          havingPredicate(stream, 'tx', key),
        )
        .map(([window, having]) => ({window, having})),
    )
}

function togetherMatch(key: KeyName, scale: Scale): fc.Arbitrary<Match> {
  const streams = fc.array(streamOf(key), {minLength: 2, maxLength: 3})
  return fc.tuple(streams, span(scale), fc.nat()).chain(([drawn, within, pick]) => {
    const names = drawn.map(
      (stream, index): Named => ({name: ['first', 'second', 'third'][index] ?? '', stream}),
    )
    const items = names.map((item, index) => togetherItem(item, index, names, key))
    const anchor = pick % 2 === 0 ? {} : {anchor: names[pick % names.length]?.name ?? ''}
    return fc.tuple(...items).map((of) => ({together: {within, ...anchor, of}}))
  })
}

/** `after` names an item listed before, so that the order has no circle. A condition may name any item. */
function togetherItem(
  item: Named,
  index: number,
  all: readonly Named[],
  key: KeyName,
): fc.Arbitrary<{as: string; stream: StreamName; when?: string; after?: string}> {
  const base = {as: item.name, stream: item.stream}
  const alone = eventPredicate(item.stream, item.name, key)
  const across = all.filter((other) => other !== item).map((other) => pairPredicate(other, item))
  const earlier = all[index - 1]?.name
  const after =
    earlier === undefined ? fc.constant(undefined) : fc.option(fc.constant(earlier), {nil: undefined})
  return fc
    .tuple(withWhen(base, fc.oneof(alone, ...across)), after)
    .map(([drawn, name]) => (name === undefined ? drawn : {...drawn, after: name}))
}
