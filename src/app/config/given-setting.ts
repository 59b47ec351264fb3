import type {SettingName} from './settings.js'

/** A setting that a source gives, not checked yet. */
export interface GivenSetting {
  readonly name: SettingName
  /** As a file would hold it. */
  readonly input: unknown
  /** Where it comes from, for people: a file, a variable, the command line. */
  readonly origin: string
  /** A problem with it, beginning with its place. */
  problem(message: string, remedy: string): string
}

/** What a source gives, and what is wrong with it as far as the source can tell. */
export interface SourceReading {
  readonly given: readonly GivenSetting[]
  readonly problems: readonly string[]
}
