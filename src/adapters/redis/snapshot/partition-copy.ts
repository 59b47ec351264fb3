import {idOf, type PartitionKeys} from '../keyspace.js'
import type {RedisConnection} from '../redis-connection.js'

/** A piece of a partition's state, as Redis holds it. Keys are without what all keys of the partition begin with. */
export type StatePiece =
  | readonly ['string', key: string, value: string]
  | readonly ['hash', key: string, fields: readonly string[]]
  | readonly ['sorted', key: string, members: readonly string[]]

/** Where a copy goes. */
export interface CopyTarget {
  write(piece: StatePiece): Promise<void>
}

/** Keys, members or fields that one request asks for. */
const PAGE = 500
const LISTED_PAGE = 5_000

/**
 * Copies a partition's state as it stood at one moment, while its owner goes on: what a commit is about to change, and is not
 * copied yet, is copied before. Only the owner may do this, who knows of all commits.
 */
export class PartitionCopy {
  private readonly left: Set<string>
  private failure: unknown

  private constructor(
    private readonly connection: RedisConnection,
    private readonly keys: PartitionKeys,
    private readonly target: CopyTarget,
    left: Iterable<string>,
  ) {
    this.left = new Set(left)
  }

  /** Copies all but the keys' own values. No commit may come meanwhile. */
  static async begin(
    connection: RedisConnection,
    keys: PartitionKeys,
    target: CopyTarget,
  ): Promise<PartitionCopy> {
    const {standing, outbox, activations, lifts, profiles, expiries, deadlines, visits} = keys
    const listed: string[] = []
    for (const hash of [standing, outbox, activations, lifts]) {
      const fields = await connection.attempt((client) => client.hgetall(hash))
      await target.write(['hash', nameIn(keys, hash), Object.entries(fields).flat()])
    }
    for await (const page of fieldsOf(connection, profiles))
      await target.write(['hash', nameIn(keys, profiles), page])
    for (const list of [expiries, deadlines, visits]) {
      for await (const page of membersOf(connection, list)) {
        await target.write(['sorted', nameIn(keys, list), page])
        if (list !== visits) for (let i = 0; i < page.length; i += 2) listed.push(idOf(page[i] as string))
      }
    }
    return new PartitionCopy(connection, keys, target, listed)
  }

  /** These keys are about to change. What fails here concerns nobody but who asks for the copy to go on. */
  async before(keys: Iterable<string>): Promise<void> {
    const concerned = [...keys].filter((key) => this.left.delete(key))
    if (concerned.length === 0 || this.failure !== undefined) return
    try {
      await this.copy(concerned)
    } catch (error) {
      this.failure = error
    }
  }

  /** Copies some of what is left. Gives whether that was all; rejects where the copy is no good. */
  async goOn(): Promise<boolean> {
    const page: string[] = []
    for (const key of this.left) {
      page.push(key)
      if (page.length === PAGE) break
    }
    await this.before(page)
    if (this.failure !== undefined) throw this.failure
    if (this.left.size > 0) return false
    // Shapes are only ever added: what was copied needs none but these.
    const {shapes} = this.keys
    const fields = await this.connection.attempt((client) => client.hgetall(shapes))
    await this.target.write(['hash', nameIn(this.keys, shapes), Object.entries(fields).flat()])
    return true
  }

  private async copy(ids: readonly string[]): Promise<void> {
    const {history, judgement, features} = this.keys
    for (let from = 0; from < ids.length; from += PAGE) {
      const names = ids.slice(from, from + PAGE).flatMap((id) => [history(id), judgement(id), features(id)])
      const values = await this.connection.attempt((client) => client.mget(names))
      for (const [i, name] of names.entries()) {
        const value = values[i]
        if (value != null) await this.target.write(['string', nameIn(this.keys, name), value])
      }
    }
  }
}

/** What all keys of a partition begin with. */
export function prefixOf({standing}: PartitionKeys): string {
  return standing.slice(0, -'standing'.length)
}

function nameIn(keys: PartitionKeys, key: string): string {
  return key.slice(prefixOf(keys).length)
}

async function* membersOf(connection: RedisConnection, key: string): AsyncGenerator<readonly string[]> {
  for (let from = 0; ; from += LISTED_PAGE) {
    const page = await connection.attempt((client) =>
      client.zrange(key, from, from + LISTED_PAGE - 1, 'WITHSCORES'),
    )
    if (page.length > 0) yield page
    if (page.length < 2 * LISTED_PAGE) return
  }
}

async function* fieldsOf(connection: RedisConnection, key: string): AsyncGenerator<readonly string[]> {
  let cursor = '0'
  do {
    const asked = cursor
    const [next, page] = await connection.attempt((client) => client.hscan(key, asked, 'COUNT', LISTED_PAGE))
    if (page.length > 0) yield page
    cursor = next
  } while (cursor !== '0')
}
