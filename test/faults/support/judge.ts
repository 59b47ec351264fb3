import type {AlertRecord, DecisionRecord} from '../../../src/core/decision/records.js'
import {type Finals, finalsOf, newestRevisions, standingAlerts} from '../../support/services/finals.js'
import type {TestTopics} from '../../support/services/test-kafka.js'
import {type TopicRecord, topicRecords} from '../../support/services/topic-contents.js'

/** What the topics hold, held against what a recomputation says. */
export interface Finding {
  readonly lost: readonly string[]
  readonly doubled: readonly string[]
  readonly repeated: number
  /** By user and transaction: when its first decision was published, ms since the epoch. */
  readonly decidedAt: ReadonlyMap<string, number>
}

export async function judge({kafka, names}: TestTopics, expected: Finals): Promise<Finding> {
  const alerts = await topicRecords<AlertRecord>(kafka, names.alerts)
  const decisions = await topicRecords<DecisionRecord>(kafka, names.decisions)
  const found = finalsOf(
    standingAlerts(alerts.map(({value}) => value)),
    newestRevisions(
      decisions.map(({value}) => value),
      decisionId,
    ),
  )
  const [before, after] = [textsOf(expected), textsOf(found)]
  const byEventId = [
    contentsById(alerts, ({type, rule, key, anchor, event_time, events}) =>
      JSON.stringify([type === 'alert.retracted', rule, key, anchor, event_time, events]),
    ),
    contentsById(decisions, ({decision, rules}) =>
      JSON.stringify([decision, rules.map((rule) => JSON.stringify(rule)).sort()]),
    ),
  ]
  const contradicted = byEventId.flatMap((ids) =>
    [...ids].filter(([, contents]) => new Set(contents).size > 1).map(([id]) => `${id} with two contents`),
  )
  return {
    lost: [...before].filter((text) => !after.has(text)),
    doubled: [...[...after].filter((text) => !before.has(text)), ...contradicted],
    repeated: byEventId.reduce(
      (sum, ids) => sum + [...ids.values()].reduce((extra, {length}) => extra + length - 1, 0),
      0,
    ),
    decidedAt: firstTimes(decisions),
  }
}

function decisionId({user_id, transaction_id}: DecisionRecord): string {
  return `${user_id} ${transaction_id}`
}

function textsOf({alerts, decisions}: Finals): ReadonlySet<string> {
  return new Set([...alerts, ...decisions].map((item) => JSON.stringify(item)))
}

function contentsById<T>(
  records: readonly TopicRecord<T>[],
  contentOf: (value: T) => string,
): ReadonlyMap<string, readonly string[]> {
  const contents = new Map<string, string[]>()
  for (const {id, value} of records) contents.set(id, [...(contents.get(id) ?? []), contentOf(value)])
  return contents
}

function firstTimes(decisions: readonly TopicRecord<DecisionRecord>[]): ReadonlyMap<string, number> {
  const times = new Map<string, number>()
  for (const {value, timestamp} of decisions) {
    const id = decisionId(value)
    times.set(id, Math.min(times.get(id) ?? Number.POSITIVE_INFINITY, timestamp))
  }
  return times
}
