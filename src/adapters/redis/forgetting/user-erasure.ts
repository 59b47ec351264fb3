import type {AuditedChange} from '../../../core/case/audit-record.js'
import type {CaseRecord} from '../../../core/case/case-events.js'
import {redactCaseRecord} from '../../../core/case/redact-case.js'
import type {AlertRecord} from '../../../core/decision/records.js'
import type {DeadLetter} from '../../../core/event/dead-letter.js'
import {ForgottenUser} from '../../../core/forgetting/forgotten-user.js'
import {redactAlert, redactView} from '../../../core/forgetting/redact-alert.js'
import {redactMessage} from '../../../core/forgetting/redact-message.js'
import {redactAudit, redactDeadLetter, redactLate} from '../../../core/forgetting/redact-records.js'
import type {Publisher} from '../../../engine/port/publisher.js'
import type {AlertView} from '../../../engine/port/read-model.js'
import type {OutboxEntry} from '../../../engine/port/state-store.js'
import {decodeVisits, encodeVisits} from '../../../engine/port/stored-text.js'
import type {WebhookDelivery} from '../../../engine/port/webhook-store.js'
import {parseStoreKey} from '../../../engine/stage/store-key.js'
import {parsed, readValues, type StampedValue, stamped, writeIfUnchanged} from '../guarded-values.js'
import {
  alertFeedKey,
  BUCKETS,
  type BucketKeys,
  bucketKeys,
  caseFeedKey,
  deskKeys,
  idOf,
  type Keyspace,
  partitionKeys,
  queueKeys,
  refusedKeys,
  refusedPartitions,
} from '../keyspace.js'
import {mergedPlaces} from '../merged-places.js'
import {afterDigits} from '../place.js'
import type {RedisConnection} from '../redis-connection.js'
import {WriteList} from '../write-list.js'
import {findOwned} from './owned-records.js'
import {rewriteHash, rewriteList} from './rewrite-values.js'

/**
 * Where a tombstone was committed, takes out of Redis what is kept of the user besides the state of the partition. The
 * partition waits for it, so that what comes after the tombstone is not meant. Done again after a crash, it finds less to do.
 */
export class RedisUserErasure implements Publisher {
  private readonly buckets: readonly BucketKeys[]

  constructor(
    private readonly connection: RedisConnection,
    private readonly keyspace: Keyspace,
  ) {
    this.buckets = Array.from({length: BUCKETS}, (_, bucket) => bucketKeys(keyspace, bucket))
  }

  async publish({forgetting, partition}: OutboxEntry): Promise<void> {
    if (forgetting === undefined) return
    const user = new ForgottenUser(forgetting.user, forgetting.events)
    const owned = await findOwned(this.connection, this.buckets, user)
    const alerts = await this.redactAlerts(user)
    await this.redactMessages(user)
    await this.redactInputs(user)
    await this.redactTrail(user, alerts)
    await this.forgetFeed<AlertRecord>(alertFeedKey(this.keyspace), (alert) => redactAlert(alert, user))
    await this.forgetFeed<CaseRecord>(caseFeedKey(this.keyspace), (record) => redactCaseRecord(record, user))
    await this.forgetVisits(user, partition)
    // Last: a second try finds the ids of the user's transactions here.
    for (const {ids, remove} of owned) for (const id of ids) await remove(id)
  }

  /** Returns the ids of the alerts that told of the user. */
  private async redactAlerts(user: ForgottenUser): Promise<ReadonlySet<string>> {
    const ids = new Set<string>()
    for (const keys of this.buckets)
      for await (const chunk of mergedPlaces(this.connection, [keys.alertPlaces], {from: '-', to: '+'}))
        await this.redactChunk(
          chunk.map(({place}) => keys.alert(idOf(afterDigits(place)))),
          user,
          ids,
        )
    return ids
  }

  private async redactChunk(names: readonly string[], user: ForgottenUser, ids: Set<string>): Promise<void> {
    for (;;) {
      const values = await readValues(this.connection, names)
      const read = new Map<string, StampedValue>()
      const writes = new WriteList(0)
      for (const [i, value] of values.entries()) {
        const view = parsed<AlertView>(value)
        const redacted = view === undefined ? undefined : redactView(view, user)
        if (redacted === undefined) continue
        ids.add(redacted.alert.alert_id)
        const name = names[i] as string
        read.set(name, value)
        writes.add('SET', name, stamped(value, JSON.stringify(redacted)))
      }
      if (await writeIfUnchanged(this.connection, read, writes)) return
    }
  }

  /** Those that wait are sent without what told of the user. */
  private async redactMessages(user: ForgottenUser): Promise<void> {
    const {subscriptions} = deskKeys(this.keyspace)
    for (const id of await this.connection.attempt((client) => client.smembers(subscriptions)))
      await rewriteHash(this.connection, queueKeys(this.keyspace, idOf(id)).deliveries, (text) => {
        const delivery = JSON.parse(text) as WebhookDelivery
        const body = redactMessage(delivery.body, user)
        return body === undefined ? undefined : JSON.stringify({...delivery, body})
      })
  }

  private async redactInputs(user: ForgottenUser): Promise<void> {
    const listed = refusedPartitions(this.keyspace)
    for (const partition of await this.connection.attempt((client) => client.smembers(listed))) {
      const [letters, late] = (['dead-letters', 'late'] as const).map((kind) =>
        refusedKeys(this.keyspace, kind, Number(partition)),
      )
      await rewriteHash(this.connection, letters?.values ?? '', (text) =>
        written(redactDeadLetter(JSON.parse(text) as DeadLetter, user)),
      )
      await rewriteHash(this.connection, late?.values ?? '', (text) =>
        written(redactLate(JSON.parse(text), user)),
      )
    }
  }

  private redactTrail(user: ForgottenUser, alerts: ReadonlySet<string>): Promise<void> {
    return rewriteList(this.connection, deskKeys(this.keyspace).trail, (text) =>
      written(redactAudit(JSON.parse(text) as AuditedChange, user, alerts)),
    )
  }

  /** Who listens anew does not hear of it again. */
  private async forgetFeed<T>(key: string, redact: (record: T) => T | undefined): Promise<void> {
    const entries = await this.connection.attempt((client) => client.xrange(key, '-', '+'))
    const gone = entries.flatMap(([id, [, text = 'null']]) => {
      const record = JSON.parse(text) as T | null
      return record !== null && redact(record) !== undefined ? [id] : []
    })
    if (gone.length > 0) await this.connection.attempt((client) => client.xdel(key, ...gone))
  }

  /** Only the partition's owner writes visits, and waits for this. */
  private async forgetVisits(user: ForgottenUser, partition: number): Promise<void> {
    const {visits: key} = partitionKeys(this.keyspace, partition)
    const members = await this.connection.attempt((client) => client.zrange(key, 0, -1, 'WITHSCORES'))
    for (let i = 0; i < members.length; i += 2) {
      const [member = '', score = ''] = members.slice(i, i + 2)
      const begin = member.indexOf(' ') + 1
      const visits = decodeVisits(member.slice(begin))
      const kept = visits.filter(({key: name}) => !user.is(parseStoreKey(name).key))
      if (kept.length === visits.length) continue
      await this.connection.attempt((client) =>
        client
          .multi()
          .zrem(key, member)
          .zadd(key, score, member.slice(0, begin) + encodeVisits(kept))
          .exec(),
      )
    }
  }
}

function written(value: object | undefined): string | undefined {
  return value === undefined ? undefined : JSON.stringify(value)
}
