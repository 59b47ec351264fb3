import type {StoredEvent} from '../event/stored-event.js'
import type {KeyField} from '../event/stream.js'
import {enterEvent} from './enter-column.js'
import type {EntityPlan, FeatureSet} from './feature-set.js'
import {foldLog} from './fold-log.js'
import type {LogPlan} from './log-plan.js'
import {MemberLog} from './member-log.js'
import type {EntityLogs} from './read-features.js'
import {PANES_MS} from './window-border.js'

/**
 * What is kept of the entities of one key for their features: the key itself and, of a user, each card. Everything
 * here follows from the key's events; what is no longer there one by one stands in rows that were put together.
 */
export class KeyFeatures {
  private readonly plans: readonly EntityPlan[]
  /** Of the key itself. */
  private own: EntityLogs | undefined
  /** Of other entities, by id: a user's cards. */
  private others: Map<string, EntityLogs> | undefined
  /** Whether rows of it are kept packed. */
  isPacked = false

  constructor(
    readonly set: FeatureSet,
    private readonly keyField: KeyField,
    private readonly key: string,
  ) {
    this.plans = plansOf(set, keyField)
  }

  /** Takes in an event of the key. Each is to be given once. */
  insert(event: StoredEvent): void {
    for (const plan of this.plans) {
      const id = this.idOf(plan.entity, event)
      if (id === undefined) continue
      const {logs} = plan
      for (let i = 0; i < logs.length; i++) {
        if ((logs[i] as LogPlan).rank !== event.rank) continue
        enterEvent(this.logsOf(plan, id)[i] as MemberLog, event)
      }
    }
  }

  /** The logs of an entity, which begin empty. */
  logsOf(plan: EntityPlan, id: string): EntityLogs {
    const known = this.knownLogsOf(plan, id)
    if (known !== undefined) return known
    const logs = plan.logs.map((each) => new MemberLog(each))
    if (plan.entity === this.keyField) this.own = logs
    else {
      if (this.others === undefined) this.others = new Map()
      this.others.set(id, logs)
    }
    return logs
  }

  /** The same; undefined of an entity that no event was about. */
  knownLogsOf({entity}: EntityPlan, id: string): EntityLogs | undefined {
    return entity === this.keyField ? this.own : this.others?.get(id)
  }

  /** Whose features of this kind an event concerns; undefined if nobody's. */
  idOf(entity: KeyField, {fields}: StoredEvent): string | undefined {
    if (entity === this.keyField) return this.key
    const id = fields[entity]
    return typeof id === 'string' && id !== '' ? id : undefined
  }

  /** Events before a time are dropped: what windows still need of them is put together. */
  fold(before: number): void {
    for (const [{entity}, id, logs] of this.entries()) {
      for (const log of logs) foldLog(log, before)
      if (logs.some(({rows}) => rows > 0)) continue
      if (entity === this.keyField) this.own = undefined
      else this.others?.delete(id)
    }
  }

  /** Until this event time windows reach rows that are there; undefined if there are none. */
  get neededUntil(): number | undefined {
    let until: number | undefined
    for (const [, , logs] of this.entries())
      for (const log of logs)
        if (log.rows > 0) until = Math.max(until ?? 0, log.at(0, log.end - 1) + log.plan.reach + PANES_MS.day)
    return until
  }

  /** By entity: its plan, its id and its logs. */
  *entries(): Generator<readonly [plan: EntityPlan, id: string, logs: EntityLogs]> {
    for (const plan of this.plans) {
      if (plan.entity !== this.keyField) {
        for (const [id, logs] of this.others ?? []) yield [plan, id, logs]
      } else if (this.own !== undefined) yield [plan, this.key, this.own]
    }
  }
}

/** The field under whose values an entity's events are kept: cards belong to users. */
export function stageFieldOf(entity: KeyField): KeyField {
  return entity === 'card_id' ? 'user_id' : entity
}

const plansByField = new WeakMap<FeatureSet, Map<KeyField, readonly EntityPlan[]>>()

/** The plans for the entities whose events are all found under a key: one list for all keys. */
export function plansOf(set: FeatureSet, keyField: KeyField): readonly EntityPlan[] {
  let byField = plansByField.get(set)
  if (byField === undefined) {
    byField = new Map()
    plansByField.set(set, byField)
  }
  let plans = byField.get(keyField)
  if (plans === undefined) {
    plans = set.plans.filter(({entity}) => stageFieldOf(entity) === keyField)
    byField.set(keyField, plans)
  }
  return plans
}
