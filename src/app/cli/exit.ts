import {DataDirLockedError, DataFormatError} from '../../adapters/embedded/database.js'
import {UnreadableInputError} from '../../adapters/files/line-reader.js'
import {BrokenFileError} from '../../adapters/files/record-file.js'
import {RegistryRefusalError} from '../../adapters/files/registry-refusal.js'
import {KafkaUnavailableError} from '../../adapters/kafka/kafka-refusal.js'
import {RedisRefusedError, RedisUnavailableError} from '../../adapters/redis/redis-errors.js'
import {ModelRefusedError} from '../../core/model/model-refusal.js'
import {TooFewLabelsError} from '../../learning/training/too-few-labels.js'
import {BundleError} from '../bundle/load-bundle.js'
import {ConfigError} from '../config/config-error.js'

/** What a command's exit code says. */
export const EXIT = {
  done: 0,
  /** The work found failures: lint, test. */
  failures: 1,
  /** Bad usage or bad input. */
  usage: 2,
  /** A needed service or resource could not be reached. */
  unavailable: 3,
} as const

export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

/** A mistake of the one who called: what is wrong and what to do, without a stack. */
export class UsageError extends Error {
  constructor(
    message: string,
    readonly exitCode: ExitCode = EXIT.usage,
  ) {
    super(message)
    this.name = 'UsageError'
  }
}

/** The exit code and the words for an error that ended a command. */
export function explainFailure(error: unknown): {readonly code: ExitCode; readonly message: string} {
  if (error instanceof UsageError) return {code: error.exitCode, message: error.message}
  if (error instanceof BrokenFileError) return {code: EXIT.usage, message: error.message}
  if (error instanceof ConfigError) return {code: EXIT.usage, message: error.problems.join('\n')}
  if (error instanceof BundleError || error instanceof RangeError || error instanceof UnreadableInputError) {
    return {code: EXIT.usage, message: error.message}
  }
  if (
    error instanceof KafkaUnavailableError ||
    error instanceof DataDirLockedError ||
    error instanceof DataFormatError
  ) {
    return {code: EXIT.unavailable, message: error.message}
  }
  if (error instanceof RedisUnavailableError || error instanceof RedisRefusedError) {
    return {code: EXIT.unavailable, message: error.message}
  }
  if (error instanceof RegistryRefusalError) return {code: EXIT.failures, message: error.message}
  if (error instanceof ModelRefusedError || error instanceof TooFewLabelsError)
    return {code: EXIT.usage, message: error.message}
  const {code, path, syscall, message} = error as NodeJS.ErrnoException
  if (code === 'ENOENT') return {code: EXIT.usage, message: `${path}: there is no such file`}
  if (code === 'EADDRINUSE')
    return {code: EXIT.unavailable, message: `${message}; stop what listens there, or set http.port`}
  // What the system refused says itself which path it is about.
  if (syscall !== undefined) return {code: EXIT.usage, message}
  return {code: EXIT.usage, message: error instanceof Error ? (error.stack ?? message) : String(error)}
}
