import fc from 'fast-check'
import type {KeyName, StreamName} from '../shapes.js'

type Text = fc.Arbitrary<string>

const comparison = fc.constantFrom('<', '<=', '>', '>=', '==', '!=')
const threshold = fc.constantFrom('2.0', '2', '500.0', '500', '5000.0', '10000')

/** One atom about the event alone, or its joins where the key allows them. */
function atom(stream: StreamName, name: string, key: KeyName): Text {
  switch (stream) {
    case 'transactions':
      return fc.oneof(
        fc.tuple(comparison, threshold).map(([sign, bound]) => `${name}.amount ${sign} ${bound}`),
        fc.tuple(comparison, threshold).map(([sign, bound]) => `${name}.amount_usd ${sign} ${bound}`),
        fc.constantFrom(
          `${name}.type == 'purchase'`,
          `${name}.card_id == 'c1'`,
          `${name}.card_id in lists.watched_cards`,
          `has(${name}.merchant_id)`,
          `!has(${name}.device_id)`,
          `${name}.device_id != 'd1'`,
          `${name}.mcc in lists.risky_mcc`,
          `${name}.mcc in ['5411', '7995']`,
          `${name}.currency != 'USD'`,
          `${name}.auth_result == 'declined'`,
          `${name}.lat > 45.0`,
          `has(${name}.my_flag)`,
          `${name}.my_flag == 'a'`,
          `has(${name}.device.os) && ${name}.device.os == 'ios'`,
          `merchant.risk >= 0.5`,
          `has(merchant.status)`,
          `merchant.status == 'compromised'`,
          `distance_km(${name}, merchant) > 100.0`,
        ),
        ...(key === 'user_id' || key === 'card_id' ? [locationAtom(name)] : []),
      )
    case 'locations':
      return fc.constantFrom(
        `${name}.lat > 45.0`,
        `${name}.lon < -100.0`,
        `${name}.accuracy_m <= 50.0`,
        `${name}.source == 'gps'`,
        `has(${name}.source)`,
      )
    case 'feedback':
      return fc.constantFrom(
        `${name}.verdict == 'fraud'`,
        `${name}.source in ['review', 'chargeback']`,
        `has(${name}.source)`,
      )
    case 'merchants':
      return fc.constantFrom(`${name}.risk >= 0.5`, `${name}.status == 'compromised'`)
  }
}

function locationAtom(name: string): Text {
  return fc.constantFrom(
    `distance_miles(${name}, location) > 1000.0`,
    `location.lat < 45.0`,
    `has(location.accuracy_m)`,
    `location.source == 'gps'`,
    `seconds_between(location, ${name}) <= 3600.0`,
    `speed_kmh(location, ${name}) > 300.0`,
  )
}

/** Atoms with `&&`, `||` and `!`. */
function combined(part: Text): Text {
  const pair = fc.tuple(part, part)
  return fc.oneof(
    {arbitrary: part, weight: 5},
    {arbitrary: pair.map(([left, right]) => `${left} && ${right}`), weight: 2},
    {arbitrary: pair.map(([left, right]) => `${left} || ${right}`), weight: 2},
    {arbitrary: part.map((one) => `!(${one})`), weight: 1},
    {arbitrary: pair.map(([left, right]) => `!(${left} && ${right})`), weight: 1},
  )
}

export function eventPredicate(stream: StreamName, name: string, key: KeyName): Text {
  return combined(atom(stream, name, key))
}

/** A named event that another one's condition may refer to. */
export interface Named {
  readonly name: string
  readonly stream: StreamName
}

/** A condition over two bound events, for the streams that they are of. */
export function pairPredicate(one: Named, other: Named): Text {
  const [a, b] = [one.name, other.name]
  const forAny = [
    `seconds_between(${a}, ${b}) > 0.0`,
    `seconds_between(${a}, ${b}) <= 1800`,
    `${a}.event_time <= ${b}.event_time`,
    `${a}.event_time - ${b}.event_time < duration('1h')`,
  ]
  if (one.stream === 'feedback' || other.stream === 'feedback') return fc.constantFrom(...forAny)
  const positioned = [
    `distance_miles(${a}, ${b}) > 1000.0`,
    `distance_km(${a}, ${b}) < 50.0`,
    `speed_kmh(${a}, ${b}) > 900.0`,
  ]
  if (one.stream !== 'transactions' || other.stream !== 'transactions') {
    return fc.constantFrom(...forAny, ...positioned)
  }
  return fc.constantFrom(
    ...forAny,
    ...positioned,
    `${a}.card_id == ${b}.card_id`,
    `${a}.device_id != ${b}.device_id`,
    `${a}.amount < ${b}.amount`,
    `${a}.amount * 2.0 <= ${b}.amount`,
  )
}

/** Thresholds of averages and deviations lie beside every value that the amounts can give. */
export function groupPredicate(group: string, counted: string): Text {
  const count = fc
    .tuple(fc.constantFrom('>=', '==', '<', '>'), fc.integer({min: 1, max: 4}))
    .map(([sign, size]) => `count(${counted}) ${sign} ${size}`)
  const others = fc.constantFrom(
    `sum(${group}.amount) >= 1000.0`,
    `sum(${group}.amount_usd) > 5000`,
    `avg(${group}.amount) > 250.37`,
    `max(${group}.amount) >= 500.0`,
    `min(${group}.amount) < 2.0`,
    `stddev(${group}.amount) > 137.31`,
    `distinct(${group}.card_id) >= 2`,
    `distinct(${group}.merchant_id) == 1`,
    `${group}.amount > avg(${group}.amount)`,
    `${group}.amount == max(${group}.amount)`,
  )
  return fc.oneof(count, others)
}

/** A window's `having`; `count()` takes no name there. A stream without amounts is only counted. */
export function havingPredicate(stream: StreamName, name: string, key: KeyName): Text {
  if (stream !== 'transactions') return fc.integer({min: 1, max: 3}).map((size) => `count() >= ${size}`)
  const group = groupPredicate(name, '')
  const anchor = atom(stream, name, key)
  return fc.oneof(
    {arbitrary: combined(group), weight: 4},
    {arbitrary: fc.tuple(group, anchor).map(([left, right]) => `${left} && ${right}`), weight: 1},
  )
}
