import {type DestinationStream, type Logger, type LoggerOptions, pino} from 'pino'

/** Of people: where they are, with what, what is written about them. And what opens doors. */
const PRIVATE = [
  ...['ip', 'device_id', 'lat', 'lon', 'location', 'note', 'notes', 'reviewer'],
  ...['authorization', 'token', 'key', 'secret', 'cookie'],
]

const OPTIONS: LoggerOptions = {
  base: null,
  redact: {
    paths: PRIVATE.flatMap((name) => [name, `*.${name}`, `*.*.${name}`, `*[*].${name}`]),
    censor: '[redacted]',
  },
}

/** The log of the service: JSON lines, in which fields that are private do not show their values. */
export function serviceLog(destination?: DestinationStream): Logger {
  return destination === undefined ? pino(OPTIONS) : pino(OPTIONS, destination)
}
