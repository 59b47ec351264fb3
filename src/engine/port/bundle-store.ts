import type {BundleContent} from '../../core/bundle/bundle-content.js'

/** A rule as it was in force: no other rule may have its id and version. */
export interface RuleMeaning {
  readonly id: string
  readonly version: number
  /** Equal for rules that mean the same. */
  readonly meaning: string
}

/** The content of every bundle that was ever in force. What is kept is there after a crash. */
export interface BundleStore {
  /**
   * Keeps a bundle that is about to come into force; `isFirst`: it is the one with which the log begins, unless there is
   * one already.
   */
  keep(id: string, content: BundleContent, rules: readonly RuleMeaning[], isFirst: boolean): Promise<void>
  content(id: string): Promise<BundleContent | undefined>
  /** The ids of all bundles. */
  ids(): Promise<readonly string[]>
  /** The bundle with which the log begins; undefined before there was any. */
  first(): Promise<string | undefined>
  /** Every rule version that was in force. */
  meanings(): Promise<readonly RuleMeaning[]>
  /** What the folders held when they were last considered, whether that is in force or not. */
  lastFolder(): Promise<string | undefined>
  noteFolder(id: string): Promise<void>
}
