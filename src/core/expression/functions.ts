import type {ValueType} from './scope.js'

/** A function of values, for the checker and for the code generator. */
export interface FunctionEntry {
  readonly name: string
  /** Called as `x.name(…)`; x is the first parameter. */
  readonly method: boolean
  readonly parameters: readonly ValueType[]
  readonly result: ValueType
  /**
   * JavaScript for the call. The arguments are names of variables or literals, and hold no error. The result follows
   * `emit.ts`: an error is NaN for numbers and times, -1 for bool, `undefined` else.
   */
  readonly code: (args: readonly string[]) => string
}

const HOUR_MS = 3_600_000
const MINUTE_MS = 60_000
const SECOND_MS = 1000

/** Every function but those that take events, groups or variables (see check-calls.ts). */
export const FUNCTIONS: readonly FunctionEntry[] = [
  conversion('timestamp', 'string', 'timestamp', ([value]) => `h.timestamp(${value})`),
  conversion('timestamp', 'timestamp', 'timestamp', ([value]) => value!),
  conversion('duration', 'string', 'duration', ([value]) => `h.parseDuration(${value})`),
  conversion('duration', 'duration', 'duration', ([value]) => value!),
  conversion('string', 'string', 'string', ([value]) => value!),
  conversion('string', 'double', 'string', ([value]) => `String(${value})`),
  conversion('string', 'bool', 'string', ([value]) => `(${value} === 1 ? 'true' : 'false')`),
  conversion('string', 'timestamp', 'string', ([value]) => `h.timestampText(${value})`),
  conversion('string', 'duration', 'string', ([value]) => `h.formatDuration(${value})`),
  conversion('string', 'dyn', 'string', ([value]) => `h.text(${value})`),
  conversion('double', 'double', 'double', ([value]) => value!),
  conversion('double', 'string', 'double', ([value]) => `h.double(${value})`),
  conversion('double', 'dyn', 'double', ([value]) => `h.double(${value})`),
  // Seconds since the epoch, with their fraction.
  conversion('double', 'timestamp', 'double', ([value]) => `(${value} / ${SECOND_MS})`),
  conversion('int', 'double', 'double', ([value]) => `h.int(${value})`),
  conversion('int', 'string', 'double', ([value]) => `h.int(${value})`),
  conversion('int', 'timestamp', 'double', ([value]) => `Math.floor(${value} / ${SECOND_MS})`),
  conversion('int', 'dyn', 'double', ([value]) => `h.int(${value})`),
  ...[false, true].flatMap((method) => [
    entry('size', method, ['string'], 'double', ([value]) => `h.characters(${value})`),
    entry('size', method, ['list'], 'double', ([value]) => `${value}.length`),
    entry('size', method, ['dyn'], 'double', ([value]) => `h.size(${value})`),
  ]),
  ...['abs', 'sqrt', 'log', 'exp', 'sin', 'cos'].map((name) =>
    entry(name, false, ['double'], 'double', ([value]) => `Math.${name}(${value})`),
  ),
  entry('km_between', false, ['double', 'double', 'double', 'double'], 'double', (degrees) => {
    return `h.haversineKm(${degrees.join(', ')})`
  }),
  method('contains', ['string', 'string'], 'bool', ([value, part]) => `(${value}.includes(${part}) ? 1 : 0)`),
  method(
    'startsWith',
    ['string', 'string'],
    'bool',
    ([value, part]) => `(${value}.startsWith(${part}) ? 1 : 0)`,
  ),
  method('endsWith', ['string', 'string'], 'bool', ([value, part]) => `(${value}.endsWith(${part}) ? 1 : 0)`),
  method('lowerAscii', ['string'], 'string', ([value]) => `h.lowerAscii(${value})`),
  method('upperAscii', ['string'], 'string', ([value]) => `h.upperAscii(${value})`),
  method('trim', ['string'], 'string', ([value]) => `${value}.trim()`),
  // CEL counts months, days of month, week and year from 0; getDate counts from 1.
  timestampPart('getFullYear', (ms) => `new Date(${ms}).getUTCFullYear()`),
  timestampPart('getMonth', (ms) => `new Date(${ms}).getUTCMonth()`),
  timestampPart('getDate', (ms) => `new Date(${ms}).getUTCDate()`),
  timestampPart('getDayOfMonth', (ms) => `(new Date(${ms}).getUTCDate() - 1)`),
  timestampPart('getDayOfWeek', (ms) => `new Date(${ms}).getUTCDay()`),
  timestampPart('getDayOfYear', (ms) => `h.dayOfYear(${ms})`),
  timestampPart('getHours', (ms) => `h.cycle(${ms} / ${HOUR_MS}, 24)`),
  timestampPart('getMinutes', (ms) => `h.cycle(${ms} / ${MINUTE_MS}, 60)`),
  timestampPart('getSeconds', (ms) => `h.cycle(${ms} / ${SECOND_MS}, 60)`),
  timestampPart('getMilliseconds', (ms) => `h.cycle(${ms}, 1000)`),
  // Of a duration, all but the milliseconds are totals.
  method('getHours', ['duration'], 'double', ([ms]) => `Math.trunc(${ms} / ${HOUR_MS})`),
  method('getMinutes', ['duration'], 'double', ([ms]) => `Math.trunc(${ms} / ${MINUTE_MS})`),
  method('getSeconds', ['duration'], 'double', ([ms]) => `Math.trunc(${ms} / ${SECOND_MS})`),
  method('getMilliseconds', ['duration'], 'double', ([ms]) => `Math.trunc(${ms} % ${SECOND_MS})`),
]

/** Names of the functions that stand before a parenthesis, and of those that stand behind a dot. */
export const GLOBAL_NAMES: ReadonlySet<string> = namesOf(false)
export const METHOD_NAMES: ReadonlySet<string> = namesOf(true)

function namesOf(isMethod: boolean): ReadonlySet<string> {
  return new Set(FUNCTIONS.filter((each) => each.method === isMethod).map(({name}) => name))
}

function entry(
  name: string,
  isMethod: boolean,
  parameters: readonly ValueType[],
  result: ValueType,
  code: FunctionEntry['code'],
): FunctionEntry {
  return {name, method: isMethod, parameters, result, code}
}

function conversion(
  name: string,
  from: ValueType,
  to: ValueType,
  code: FunctionEntry['code'],
): FunctionEntry {
  return entry(name, false, [from], to, code)
}

function method(
  name: string,
  parameters: readonly ValueType[],
  result: ValueType,
  code: FunctionEntry['code'],
): FunctionEntry {
  return entry(name, true, parameters, result, code)
}

function timestampPart(name: string, code: (ms: string) => string): FunctionEntry {
  return method(name, ['timestamp'], 'double', ([ms]) => code(ms!))
}
