import {type DestinationStream, type Logger, type LoggerOptions, pino} from 'pino'

/** Of people: where they are, with what, what is written about them. And what opens doors. */
const PRIVATE: ReadonlySet<string> = new Set([
  ...['ip', 'device_id', 'lat', 'lon', 'location', 'note', 'notes', 'reviewer'],
  ...['authorization', 'token', 'key', 'secret', 'cookie'],
])

const CENSORED = '[redacted]'

/** Deeper than this, nothing is logged. */
const MAX_DEPTH = 6

const OPTIONS: LoggerOptions = {
  base: null,
  formatters: {
    log: (fields) => censored(fields) as Record<string, unknown>,
    bindings: (fields) => censored(fields) as Record<string, unknown>,
  },
  serializers: {err: (error) => censored(pino.stdSerializers.err(error as Error))},
}

/** The log of the service: JSON lines, in which fields that are private do not show their values. */
export function serviceLog(destination?: DestinationStream): Logger {
  return destination === undefined ? pino(OPTIONS) : pino(OPTIONS, destination)
}

/** The same where nothing is private, else a copy: most lines have a few plain fields, and one is written for each request. */
function censored(value: unknown, depth = 0): unknown {
  if (typeof value !== 'object' || value === null || value instanceof Error) return value
  if (depth === MAX_DEPTH) return CENSORED
  if (Array.isArray(value)) return value.map((item) => censored(item, depth + 1))
  let copy: Record<string, unknown> | undefined
  for (const name in value) {
    const field = (value as Record<string, unknown>)[name]
    const shown = PRIVATE.has(name) ? CENSORED : censored(field, depth + 1)
    if (shown === field) continue
    if (copy === undefined) copy = {...value}
    copy[name] = shown
  }
  return copy ?? value
}
