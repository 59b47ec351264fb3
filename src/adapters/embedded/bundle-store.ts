import type {BundleContent} from '../../core/bundle/bundle-content.js'
import type {BundleStore, RuleMeaning} from '../../engine/port/bundle-store.js'
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

/** The content of every bundle that was ever in force, on local disk. What is kept is there after a crash. */
export class EmbeddedBundleStore implements BundleStore {
  constructor(private readonly database: EmbeddedDatabase) {}

  async keep(
    id: string,
    content: BundleContent,
    rules: readonly RuleMeaning[],
    isFirst: boolean,
  ): Promise<void> {
    const writes: Writes = [{type: 'put', key: bundleKey(id), value: JSON.stringify(content)}]
    for (const rule of rules)
      writes.push({type: 'put', key: ruleMeaningKey(rule.id, rule.version), value: JSON.stringify(rule)})
    if (isFirst && (await this.first()) === undefined)
      writes.push({type: 'put', key: FIRST_BUNDLE, value: id})
    await this.database.level.batch(writes, {sync: true})
  }

  async content(id: string): Promise<BundleContent | undefined> {
    const text = await this.database.level.get(bundleKey(id))
    return text === undefined ? undefined : (JSON.parse(text) as BundleContent)
  }

  async ids(): Promise<readonly string[]> {
    const keys = await this.database.level.keys(under(BUNDLES)).all()
    return keys.map((key) => key.slice(BUNDLES.length, -1))
  }

  first(): Promise<string | undefined> {
    return this.database.level.get(FIRST_BUNDLE)
  }

  async meanings(): Promise<readonly RuleMeaning[]> {
    const texts = await this.database.level.values(under(RULE_MEANINGS)).all()
    return texts.map((text) => JSON.parse(text) as RuleMeaning)
  }

  lastFolder(): Promise<string | undefined> {
    return this.database.level.get(FOLDER_BUNDLE)
  }

  async noteFolder(id: string): Promise<void> {
    await this.database.level.put(FOLDER_BUNDLE, id, {sync: true})
  }
}
