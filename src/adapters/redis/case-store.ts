import type {CaseRecord} from '../../core/case/case-events.js'
import type {CaseFold} from '../../core/case/case-fold.js'
import type {CaseDeadlines} from '../../core/case/case-steps.js'
import {type CaseView, entityOf} from '../../core/case/case-view.js'
import type {ForgottenUser} from '../../core/forgetting/forgotten-user.js'
import {
  CASES_COUNTED,
  type CaseFilter,
  type CaseStore,
  type CasesStanding,
  newestAlertTime,
  passesCase,
} from '../../engine/port/case-store.js'
import type {Page} from '../../engine/port/read-model.js'
import type {OutboxEntry} from '../../engine/port/state-store.js'
import {alertRange} from './alert-rows.js'
import {allCaseKeys, bucketOfCase, bucketOfEntity, type CaseKeys} from './case-keys.js'
import {type CaseInputs, foldCases, redactStored, removal} from './fold-cases.js'
import {parsed, readValues, type StampedValue, writeIfUnchanged} from './guarded-values.js'
import {idOf, type Keyspace} from './keyspace.js'
import {listPage, type Row} from './list-page.js'
import {mergedPlaces, type PlaceRange} from './merged-places.js'
import {afterDigits, ascendingTime, decodeCursor, descendingTime} from './place.js'
import type {RedisConnection} from './redis-connection.js'

/** Time of opening and id. */
const CASE_PLACE = /^\d{16}.*$/s

/** Cases that are looked at, at once, when old ones are dropped. */
const CHUNK = 200

/** Cases in Redis. */
export class RedisCaseStore implements CaseStore {
  private readonly buckets: readonly CaseKeys[]

  constructor(
    private readonly connection: RedisConnection,
    keyspace: Keyspace,
    private readonly deadlines: CaseDeadlines,
  ) {
    this.buckets = allCaseKeys(keyspace)
  }

  async fold(entry: OutboxEntry): Promise<readonly CaseRecord[]> {
    const folds = await this.foldBuckets(this.inputsOf(entry), false)
    return folds.flatMap(({records}) => records)
  }

  /**
   * The same, and hands what happened to `tell`; what a crash kept from being told is told with the next entry about one of
   * the bucket's cases, which may be the same.
   */
  async foldAndTell(
    entry: OutboxEntry,
    tell: (records: readonly CaseRecord[]) => Promise<void>,
  ): Promise<void> {
    const inputs = this.inputsOf(entry)
    await this.foldBuckets(inputs, true)
    await Promise.all([...inputs.keys()].map((bucket) => this.tell(this.buckets[bucket] as CaseKeys, tell)))
  }

  private async tell(
    {records}: CaseKeys,
    tell: (records: readonly CaseRecord[]) => Promise<void>,
  ): Promise<void> {
    for (;;) {
      const texts = await this.connection.attempt((client) => client.lrange(records, 0, CHUNK - 1))
      if (texts.length === 0) return
      await tell(texts.map((text) => JSON.parse(text) as CaseRecord))
      for (const text of texts) await this.connection.attempt((client) => client.lrem(records, 1, text))
    }
  }

  private inputsOf({alerts, cardUsers = {}, caseChanges = []}: OutboxEntry): ReadonlyMap<number, CaseInputs> {
    const inputs = new Map<number, CaseInputs>()
    const inBucket = (bucket: number): CaseInputs => {
      const known = inputs.get(bucket) ?? {alerts: [], changes: []}
      inputs.set(bucket, known)
      return known
    }
    for (const alert of alerts) {
      const user = cardUsers[alert.alert_id]
      inBucket(bucketOfEntity(entityOf(alert, user))).alerts.push({alert, user})
    }
    for (const change of caseChanges) inBucket(bucketOfCase(change.case_id)).changes.push(change)
    return inputs
  }

  private foldBuckets(
    inputs: ReadonlyMap<number, CaseInputs>,
    isTold: boolean,
  ): Promise<readonly CaseFold[]> {
    const {connection, deadlines} = this
    return Promise.all(
      [...inputs].map(([bucket, those]) =>
        foldCases(connection, this.buckets[bucket] as CaseKeys, those, {deadlines, isTold}),
      ),
    )
  }

  async cases(filter: CaseFilter, limit: number, cursor: string | undefined): Promise<Page<CaseView>> {
    const after = cursor === undefined ? undefined : decodeCursor('cases', cursor, CASE_PLACE)
    const {from, to} = filter
    return listPage(
      'cases',
      this.rows(alertRange({from, to}, after)),
      (view) => passesCase(view, filter),
      limit,
    )
  }

  async case(id: string): Promise<CaseView | undefined> {
    const keys = this.buckets[bucketOfCase(id)] as CaseKeys
    const [value] = await readValues(this.connection, [keys.case(id)])
    return parsed(value)
  }

  async standing(dueBefore: number): Promise<CasesStanding> {
    const count = async (to: string) => {
      const counts = await Promise.all(
        this.buckets.map(({due}) => this.connection.attempt((client) => client.zlexcount(due, '-', to))),
      )
      return Math.min(
        CASES_COUNTED,
        counts.reduce((sum, number) => sum + number, 0),
      )
    }
    const [open, overdue] = await Promise.all([count('+'), count(`(${ascendingTime(dueBefore)}`)])
    return {open, overdue}
  }

  /** Chunk by chunk, one bucket after the other. A case that changes meanwhile stays until the next time. */
  async expireCases(before: number): Promise<number> {
    let dropped = 0
    for (const keys of this.buckets)
      for (let from = `[${descendingTime(before - 1)}`; ; ) {
        const places = await this.connection.attempt((client) =>
          client.zrange(keys.places, from, '+', 'BYLEX', 'LIMIT', 0, CHUNK),
        )
        for (const place of places) if (await this.drop(keys, idOf(afterDigits(place)), before)) dropped++
        if (places.length < CHUNK) break
        from = `(${places.at(-1)}`
      }
    return dropped
  }

  /** Takes out what tells of a user. A case that changes meanwhile is looked at again. */
  async forget(user: ForgottenUser): Promise<void> {
    for (const keys of this.buckets)
      for (let from = '-'; ; ) {
        const places = await this.connection.attempt((client) =>
          client.zrange(keys.places, from, '+', 'BYLEX', 'LIMIT', 0, CHUNK),
        )
        for (const place of places)
          while (!(await redactStored(this.connection, keys, idOf(afterDigits(place)), user)));
        if (places.length < CHUNK) break
        from = `(${places.at(-1)}`
      }
  }

  private async drop(keys: CaseKeys, id: string, before: number): Promise<boolean> {
    const [value] = await readValues(this.connection, [keys.case(id)])
    const view = parsed<CaseView>(value)
    if (view === undefined || newestAlertTime(view) >= before) return false
    const pointer = keys.current(view.entity)
    const [current] = await readValues(this.connection, [pointer])
    const read = new Map([
      [keys.case(id), value as StampedValue],
      [pointer, current as StampedValue],
    ])
    return writeIfUnchanged(this.connection, read, removal(view, keys, parsed<string>(current)))
  }

  private async *rows(range: PlaceRange): AsyncGenerator<readonly Row<CaseView>[]> {
    const lists = this.buckets.map(({places}) => places)
    for await (const places of mergedPlaces(this.connection, lists, range)) {
      const views = await Promise.all(
        this.buckets.map(async (keys, bucket) => {
          const those = places.filter(({list}) => list === bucket).map(({place}) => place)
          const values = await readValues(
            this.connection,
            those.map((place) => keys.case(idOf(afterDigits(place)))),
          )
          return those.map((place, i) => [place, parsed<CaseView>(values[i])] as const)
        }),
      )
      const found = new Map(views.flat())
      yield places.flatMap(({place}) => {
        const view = found.get(place)
        return view === undefined ? [] : [[place, view] as const]
      })
    }
  }
}
