import type {BundleContent} from '../../core/bundle/bundle-content.js'
import type {BundleStore, RuleMeaning} from '../../engine/port/bundle-store.js'
import {idOf, idText, type Keyspace} from './keyspace.js'
import type {RedisConnection} from './redis-connection.js'
import {Script} from './script.js'

/** KEYS: contents, meanings, first. ARGV: id, content, id of the first or empty, then name and meaning of each rule. */
const KEEP = new Script(`
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
if ARGV[3] ~= '' then redis.call('SETNX', KEYS[3], ARGV[3]) end
for i = 4, #ARGV, 2 do redis.call('HSET', KEYS[2], ARGV[i], ARGV[i + 1]) end
`)

/** Time enough to put an activation on the log. */
const CLAIM_MS = 10_000

/** The content of every bundle that was ever in force, in Redis. Several workers may begin at once: the first stands. */
export class RedisBundleStore implements BundleStore {
  private readonly keys: {contents: string; meanings: string; first: string; latest: string; folder: string}

  constructor(
    private readonly connection: RedisConnection,
    {namespace}: Keyspace,
  ) {
    const prefix = `${namespace}:{bundles}:`
    this.keys = {
      contents: `${prefix}contents`,
      meanings: `${prefix}meanings`,
      first: `${prefix}first`,
      latest: `${prefix}latest`,
      folder: `${prefix}folder`,
    }
  }

  async keep(
    id: string,
    content: BundleContent,
    rules: readonly RuleMeaning[],
    isFirst: boolean,
  ): Promise<void> {
    const {contents, meanings, first} = this.keys
    const named = rules.flatMap((rule) => [JSON.stringify([rule.id, rule.version]), JSON.stringify(rule)])
    const args = [idText(id), JSON.stringify(content), isFirst ? id : '', ...named]
    await this.connection.attempt((client) => KEEP.run(client, [contents, meanings, first], args))
  }

  async content(id: string): Promise<BundleContent | undefined> {
    const text = await this.connection.attempt((client) => client.hget(this.keys.contents, idText(id)))
    return text === null ? undefined : (JSON.parse(text) as BundleContent)
  }

  async ids(): Promise<readonly string[]> {
    const texts = await this.connection.attempt((client) => client.hkeys(this.keys.contents))
    return texts.map(idOf).sort()
  }

  first(): Promise<string | undefined> {
    return this.get(this.keys.first)
  }

  async meanings(): Promise<readonly RuleMeaning[]> {
    const texts = await this.connection.attempt((client) => client.hvals(this.keys.meanings))
    return texts.map((text) => JSON.parse(text) as RuleMeaning)
  }

  lastFolder(): Promise<string | undefined> {
    return this.get(this.keys.folder)
  }

  /** What was put on the log last to be activated; undefined before anything was. */
  latest(): Promise<string | undefined> {
    return this.get(this.keys.latest)
  }

  async noteLatest(id: string): Promise<void> {
    await this.connection.attempt((client) => client.set(this.keys.latest, id))
  }

  /** Whether nobody else is about to bring a bundle into force: several workers may find it in their folders at a time. */
  async claimActivation(id: string): Promise<boolean> {
    const key = `${this.keys.folder}:claimed:${id}`
    return (await this.connection.attempt((client) => client.set(key, 1, 'PX', CLAIM_MS, 'NX'))) === 'OK'
  }

  async noteFolder(id: string): Promise<void> {
    await this.connection.attempt((client) => client.set(this.keys.folder, id))
  }

  private async get(key: string): Promise<string | undefined> {
    return (await this.connection.attempt((client) => client.get(key))) ?? undefined
  }
}
