import type {AuditRecord} from '../../core/case/audit-record.js'
import {FEEDBACK, TRANSACTIONS} from '../../core/event/stream.js'
import {ForgottenUser} from '../../core/forgetting/forgotten-user.js'
import {redactView} from '../../core/forgetting/redact-alert.js'
import {redactAudit, redactDeadLetter, redactLate} from '../../core/forgetting/redact-records.js'
import type {Publisher} from '../../engine/port/publisher.js'
import type {AlertView, StoredDeadLetter} from '../../engine/port/read-model.js'
import type {Forgetting, OutboxEntry} from '../../engine/port/state-store.js'
import {decodeVisits, encodeOutbox, encodeVisits} from '../../engine/port/stored-text.js'
import {parseStoreKey} from '../../engine/stage/store-key.js'
import type {EmbeddedDatabase, Writes} from './database.js'
import {
  ALERTS,
  AUDIT,
  DEAD_LETTERS,
  DECISION_PLACES,
  DECISIONS,
  ERASURES,
  idOf,
  type KeyRange,
  LATE_INPUTS,
  numberPart,
  outboxPrefix,
  SERVED_FEATURES,
  under,
  VERDICT_PLACES,
  VERDICTS,
  visitPrefix,
} from './keyspace.js'
import type {EmbeddedWebhookStore} from './webhook-store.js'

/** So many rows are written at once. */
const CHUNK = 500

/** What is left to be done on the log for a user whose tombstone was published. */
export interface PendingErasure extends Pick<Forgetting, 'user' | 'before'> {
  /** Offsets of the user's inputs that were duplicates. What was found stays, as the first of two may be erased since. */
  readonly duplicates?: readonly number[]
  /** Up to which offset they were looked for. */
  readonly searchedUpTo?: number
}

/**
 * Where a tombstone was committed, takes out of the read model what it holds of the user, and notes that the log is to
 * follow. The pipeline waits for it, so that what comes after the tombstone is not meant. Done again after a crash, it finds
 * less to do.
 */
export class UserErasure implements Publisher {
  constructor(
    private readonly database: EmbeddedDatabase,
    private readonly webhooks: EmbeddedWebhookStore,
    /** Something is to be done on the log. */
    private readonly onPending: () => void,
  ) {}

  async publish(entry: OutboxEntry): Promise<void> {
    const {forgetting} = entry
    if (forgetting === undefined) return
    const user = new ForgottenUser(forgetting.user, forgetting.events)
    await this.database.publications.run(async () => {
      const owned = await this.ownedKeys(user)
      const alerts = await this.redactAlerts(user)
      await this.webhooks.redact(user)
      await this.redactInputs(user)
      await this.redactAudit(user, alerts)
      // Last: a second try finds the ids of the user's transactions here.
      await this.write(owned.map((key) => ({type: 'del', key})))
    })
    await this.leaveOutbox(entry, user)
    this.onPending()
  }

  /** Decisions, features as served and verdicts: their keys name the user. Notes the ids of the events that they are about. */
  private async ownedKeys(user: ForgottenUser): Promise<readonly string[]> {
    const found: string[] = []
    for (const prefix of [DECISIONS, SERVED_FEATURES, VERDICTS, DECISION_PLACES, VERDICT_PLACES])
      for await (const key of this.database.level.keys(under(prefix))) {
        const [id = '', owner = ''] = key.slice(prefix.length).split('/')
        if (!user.is(idOf(owner))) continue
        found.push(key)
        if (prefix === VERDICTS) user.addEvent(FEEDBACK, idOf(id))
        else if (prefix === DECISIONS || prefix === SERVED_FEATURES) user.addEvent(TRANSACTIONS, idOf(id))
      }
    return found
  }

  /** Returns the ids of the alerts that told of the user. */
  private async redactAlerts(user: ForgottenUser): Promise<ReadonlySet<string>> {
    const ids = new Set<string>()
    await this.rewrite(under(ALERTS), (text) => {
      const view = redactView(JSON.parse(text) as AlertView, user)
      if (view === undefined) return text
      ids.add(view.alert.alert_id)
      return JSON.stringify(view)
    })
    return ids
  }

  /** Dead letters and late inputs stay where they are counted, without what was sent. */
  private async redactInputs(user: ForgottenUser): Promise<void> {
    await this.rewrite(under(DEAD_LETTERS), (text) => {
      const stored = JSON.parse(text) as StoredDeadLetter
      const letter = redactDeadLetter(stored.letter, user)
      return letter === undefined ? text : JSON.stringify({...stored, letter})
    })
    await this.rewrite(under(LATE_INPUTS), (text) => {
      const late = redactLate(JSON.parse(text) as {readonly bytes: string}, user)
      return late === undefined ? text : JSON.stringify(late)
    })
  }

  private redactAudit(user: ForgottenUser, alerts: ReadonlySet<string>): Promise<void> {
    return this.rewrite(under(AUDIT), (text) => {
      const record = redactAudit(JSON.parse(text) as AuditRecord, user, alerts)
      return record === undefined ? text : JSON.stringify(record)
    })
  }

  /** What was published before need not wait for the next commit to go, nor need the events that this entry names. */
  private leaveOutbox(entry: OutboxEntry, user: ForgottenUser): Promise<void> {
    const {partition, sequence, forgetting} = entry
    return this.database.commits.run(async () => {
      const {level} = this.database
      const prefix = outboxPrefix(partition)
      const own = prefix + numberPart(sequence)
      const writes: Writes = []
      for await (const key of level.keys({...under(prefix), lt: own})) writes.push({type: 'del', key})
      for await (const [key, text] of level.iterator(under(visitPrefix(partition)))) {
        const visits = decodeVisits(text)
        const kept = visits.filter(({key: name}) => !user.is(parseStoreKey(name).key))
        if (kept.length < visits.length) writes.push({type: 'put', key, value: encodeVisits(kept)})
      }
      if (forgetting === undefined) return
      const {user: digest, before} = forgetting
      const left = {...entry, forgetting: {...forgetting, events: []}}
      if ((await level.get(own)) !== undefined)
        writes.push({type: 'put', key: own, value: encodeOutbox(left)})
      const key = `${ERASURES}${digest}`
      const text = await level.get(key)
      const earlier = text === undefined ? undefined : (JSON.parse(text) as PendingErasure)
      const pending: PendingErasure = {...earlier, user: digest, before}
      // One that is under way goes on to where it was to end, and the next begins when it is done.
      if (earlier === undefined || earlier.before < before)
        writes.push({type: 'put', key, value: JSON.stringify(pending)})
      await level.batch(writes, {sync: true})
    })
  }

  /** Replaces the values of a range that `change` gives otherwise. */
  private async rewrite(range: KeyRange, change: (text: string) => string): Promise<void> {
    const writes: Writes = []
    for await (const [key, text] of this.database.level.iterator(range)) {
      const value = change(text)
      if (value !== text) writes.push({type: 'put', key, value})
    }
    await this.write(writes)
  }

  private async write(writes: Writes): Promise<void> {
    for (let i = 0; i < writes.length; i += CHUNK)
      await this.database.level.batch(writes.slice(i, i + CHUNK), {sync: true})
  }
}
