import type {BundleContent} from '../../core/bundle/bundle-content.js'
import type {EmbeddedDatabase, Writes} from './database.js'
import {
  BUNDLES,
  bundleKey,
  FIRST_BUNDLE,
  FOLDER_BUNDLE,
  RULE_MEANINGS,
  ruleMeaningKey,
  under,
} from './keyspace.js'

/** A rule as it was in force: no other rule may have its id and version. */
export interface RuleMeaning {
  readonly id: string
  readonly version: number
  /** Equal for rules that mean the same. */
  readonly meaning: string
}

/** The content of every bundle that was ever in force, on local disk. What is kept is there after a crash. */
export class EmbeddedBundleStore {
  constructor(private readonly database: EmbeddedDatabase) {}

  /** Keeps a bundle that is about to come into force; `isFirst`: it is the one with which the log begins. */
  async keep(
    id: string,
    content: BundleContent,
    rules: readonly RuleMeaning[],
    isFirst: boolean,
  ): Promise<void> {
    const writes: Writes = [{type: 'put', key: bundleKey(id), value: JSON.stringify(content)}]
    for (const rule of rules)
      writes.push({type: 'put', key: ruleMeaningKey(rule.id, rule.version), value: JSON.stringify(rule)})
    if (isFirst) writes.push({type: 'put', key: FIRST_BUNDLE, value: id})
    await this.database.level.batch(writes, {sync: true})
  }

  async content(id: string): Promise<BundleContent | undefined> {
    const text = await this.database.level.get(bundleKey(id))
    return text === undefined ? undefined : (JSON.parse(text) as BundleContent)
  }

  /** The ids of all bundles. */
  async ids(): Promise<readonly string[]> {
    const keys = await this.database.level.keys(under(BUNDLES)).all()
    return keys.map((key) => key.slice(BUNDLES.length, -1))
  }

  /** The bundle with which the log begins; undefined before there was any. */
  first(): Promise<string | undefined> {
    return this.database.level.get(FIRST_BUNDLE)
  }

  /** Every rule version that was in force. */
  async meanings(): Promise<readonly RuleMeaning[]> {
    const texts = await this.database.level.values(under(RULE_MEANINGS)).all()
    return texts.map((text) => JSON.parse(text) as RuleMeaning)
  }

  /** What the folders held when they were last considered, whether that is in force or not. */
  lastFolder(): Promise<string | undefined> {
    return this.database.level.get(FOLDER_BUNDLE)
  }

  async noteFolder(id: string): Promise<void> {
    await this.database.level.put(FOLDER_BUNDLE, id, {sync: true})
  }
}
