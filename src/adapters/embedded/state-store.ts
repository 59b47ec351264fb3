import type {InForce} from '../../core/bundle/in-force.js'
import {
  type AddedFields,
  type Commit,
  OffsetMismatchError,
  type OpenedPartition,
  type OutboxEntry,
  type PersistedEvent,
  type PersistedJudgement,
  type PersistedKey,
  StaleEpochError,
  type StateStore,
} from '../../engine/port/state-store.js'
import {decodeOutbox, decodeVisits, encodeOutbox} from '../../engine/port/stored-text.js'
import type {EmbeddedDatabase, Writes} from './database.js'
import {
  ceilForKey,
  deadlinePrefix,
  expiryPrefix,
  historyPrefix,
  inForcePrefix,
  type KeyRange,
  numberPart,
  outboxPrefix,
  profilePrefix,
  standingKey,
  under,
  visitPrefix,
} from './keyspace.js'
import {leftToPublish, writesWithState} from './publication.js'
import {decodeEvent, decodeListing, encodeEvent, type Standing} from './state-values.js'
import {changedKeys, EVENT, eventKey, FEATURES, JUDGEMENT, newProfiles, newVisits} from './state-writes.js'

export interface StateStoreOptions {
  /**
   * Whether a commit waits for fsync. Default false: the log is synced, and all of the database goes through one
   * journal, so that a power cut takes state, offset and outbox back together, and the log is read again from there.
   * The death of the process alone loses nothing.
   */
  readonly syncCommits?: boolean | undefined
  /**
   * Whether a commit writes its decisions and features to where they are read, besides the state: they need not be published
   * then, and the outbox holds the rest. Default false.
   */
  readonly publishes?: boolean | undefined
}

/** So many keys are loaded at a time. */
const PARALLEL_LOADS = 16

const READ_BYTES = 256 * 1024

/** So much event time (ms) has to settle until what settled is looked for and deleted. */
const DELETES_VISITS_EVERY_MS = 60_000

/** Keyed state on local disk. A commit is one batch of writes. */
export class EmbeddedStateStore implements StateStore {
  private readonly sync: boolean
  private readonly publishes: boolean

  constructor(
    private readonly database: EmbeddedDatabase,
    options: StateStoreOptions = {},
  ) {
    this.sync = options.syncCommits ?? false
    this.publishes = options.publishes ?? false
  }

  open(partition: number): Promise<OpenedPartition> {
    return this.database.commits.run(async () => {
      const standing = await this.standing(partition)
      const epoch = standing.epoch + 1
      const opened = {...standing, epoch}
      await this.database.level.put(standingKey(partition), JSON.stringify(opened))
      this.database.standings.set(partition, opened)
      const [expiries, deadlines, profiles, visits, outbox, activations] = await Promise.all([
        this.values(under(expiryPrefix(partition))),
        this.values(under(deadlinePrefix(partition))),
        this.values(under(profilePrefix(partition))),
        this.values({...under(visitPrefix(partition)), gte: afterSettled(partition, standing.visitsSettled)}),
        this.values({...under(outboxPrefix(partition)), gte: outboxFrom(partition, standing)}),
        this.activations(partition),
      ])
      const left = outbox.map(decodeOutbox)
      // Of a version that did not write them with the state.
      if (this.publishes) await this.database.level.batch(left.flatMap(writesWithState))
      return {
        epoch,
        checkpoint: standing.checkpoint,
        inForce: activations.at(-1),
        expiries: expiries.map(decodeListing),
        deadlines: deadlines.map(decodeListing),
        profiles: profiles.map(decodeEvent),
        visits: visits.flatMap(decodeVisits).filter(({time}) => time > standing.visitsSettled),
        outbox: left,
      }
    })
  }

  async load(partition: number, keys: readonly string[]): Promise<readonly (PersistedKey | undefined)[]> {
    const found: (PersistedKey | undefined)[] = new Array(keys.length).fill(undefined)
    const remaining = keys.entries()
    const loadNext = async () => {
      for (const [i, key] of remaining) found[i] = await this.loadKey(partition, key)
    }
    await Promise.all(Array.from({length: Math.min(PARALLEL_LOADS, keys.length)}, loadNext))
    return found
  }

  async commit(partition: number, commit: Commit): Promise<void> {
    // At once: what the commit refers to may change as soon as the caller goes on.
    const {epoch, fromOffset, publishedUpTo} = commit
    const visitsSettled = ceilForKey(commit.visitsSettledUpTo)
    const visits = commit.visits.filter(({time}) => time > visitsSettled)
    const writes = [
      ...changedKeys(partition, commit.keys),
      ...newProfiles(partition, commit.profiles),
      ...newVisits(partition, fromOffset, visits),
    ]
    if (commit.outbox !== undefined) writes.push(...this.outboxWrites(partition, commit.outbox))
    if (commit.inForce !== undefined) {
      const key = inForcePrefix(partition) + numberPart(commit.inForce.offset)
      writes.push({type: 'put', key, value: JSON.stringify(commit.inForce)})
    }
    const checkpoint = structuredClone(commit.checkpoint)

    await this.database.commits.run(async () => {
      const standing = await this.standing(partition)
      if (epoch !== standing.epoch || epoch === 0) throw new StaleEpochError(partition, epoch, standing.epoch)
      const offset = standing.checkpoint?.offset ?? 0
      if (fromOffset !== offset) throw new OffsetMismatchError(partition, fromOffset, offset)
      const deleted = standing.visitsDeleted ?? standing.visitsSettled
      const deletes = visitsSettled - deleted >= DELETES_VISITS_EVERY_MS
      if (deletes) writes.push(...(await this.visitsBetween(partition, deleted, visitsSettled)))
      writes.push(...publishedEntries(partition, standing, publishedUpTo))
      const next: Standing = {
        epoch,
        checkpoint,
        outboxFloor: outboxFloorAfter(standing, publishedUpTo),
        visitsSettled,
        visitsDeleted: deletes ? visitsSettled : deleted,
      }
      writes.push({type: 'put', key: standingKey(partition), value: JSON.stringify(next)})
      await this.database.level.batch(writes, {sync: this.sync})
      this.database.standings.set(partition, next)
    })
  }

  /** One after the other with commits: what a commit has just removed does not come back. */
  addFields(partition: number, added: readonly AddedFields[]): Promise<void> {
    return this.database.commits.run(async () => {
      const keys = added.map((event) => eventKey(historyPrefix(partition, event.key), event))
      const kept = await this.database.level.getMany(keys)
      const writes: Writes = []
      for (const [i, {contentHash, fields}] of added.entries()) {
        const [key, text] = [keys[i], kept[i]]
        if (key === undefined || text === undefined) continue
        const event = decodeEvent(text)
        if (event.contentHash !== contentHash) continue
        const whole = {...event, fields: {...fields, ...event.fields}}
        writes.push({type: 'put', key, value: encodeEvent(whole)})
      }
      await this.database.level.batch(writes, {sync: this.sync})
    })
  }

  /** How each bundle came into force that was activated, in the order of the log. */
  async activations(partition: number): Promise<readonly InForce[]> {
    const texts = await this.values(under(inForcePrefix(partition)))
    return texts.map((text) => JSON.parse(text) as InForce)
  }

  private outboxWrites(partition: number, entry: OutboxEntry): Writes {
    const left = this.publishes ? leftToPublish(entry) : entry
    const writes = this.publishes ? writesWithState(entry) : []
    const key = outboxPrefix(partition) + numberPart(entry.sequence)
    if (left !== undefined) writes.push({type: 'put', key, value: encodeOutbox(left)})
    return writes
  }

  private async standing(partition: number): Promise<Standing> {
    const known = this.database.standings.get(partition)
    if (known !== undefined) return known
    const text = await this.database.level.get(standingKey(partition))
    return text === undefined ? UNTOUCHED : (JSON.parse(text) as Standing)
  }

  private async loadKey(partition: number, key: string): Promise<PersistedKey | undefined> {
    const prefix = historyPrefix(partition, key)
    const range = {...under(prefix), highWaterMarkBytes: READ_BYTES}
    const rows = await this.database.level.iterator(range).all()
    if (rows.length === 0) return undefined
    const events: PersistedEvent[] = []
    let judgement: PersistedJudgement | undefined
    let features: string | undefined
    for (const [place, value] of rows) {
      const kind = place.charAt(prefix.length)
      if (kind === EVENT) events.push(decodeEvent(value))
      else if (kind === JUDGEMENT) judgement = JSON.parse(value) as PersistedJudgement
      else if (kind === FEATURES) features = value
    }
    return {events, judgement, ...(features === undefined ? {} : {features})}
  }

  private values(range: KeyRange): Promise<string[]> {
    return this.database.level.values({...range, highWaterMarkBytes: READ_BYTES}).all()
  }

  /** Deletes the visits after one event time and up to another. */
  private async visitsBetween(partition: number, after: number, upTo: number): Promise<Writes> {
    const range = {gte: afterSettled(partition, after), lt: afterSettled(partition, upTo)}
    const keys = await this.database.level.keys(range).all()
    return keys.map((key) => ({type: 'del', key}))
  }
}

function afterSettled(partition: number, settled: number): string {
  return visitPrefix(partition) + numberPart(settled + 1)
}

const UNTOUCHED: Standing = {epoch: 0, outboxFloor: 0, visitsSettled: ceilForKey(Number.NEGATIVE_INFINITY)}

function outboxFrom(partition: number, {outboxFloor}: Standing): string {
  return outboxPrefix(partition) + numberPart(outboxFloor + 1)
}

/** Published entries of commits before this one. */
function publishedEntries(partition: number, standing: Standing, publishedUpTo: number): Writes {
  const writes: Writes = []
  for (
    let sequence = standing.outboxFloor + 1;
    sequence <= outboxFloorAfter(standing, publishedUpTo);
    sequence++
  ) {
    writes.push({type: 'del', key: outboxPrefix(partition) + numberPart(sequence)})
  }
  return writes
}

function outboxFloorAfter({outboxFloor, checkpoint}: Standing, publishedUpTo: number): number {
  return Math.max(outboxFloor, Math.min(publishedUpTo, checkpoint?.outboxSequence ?? 0))
}
