import type {RedisStateStore} from '../../../../adapters/redis/state-store.js'
import type {Publisher} from '../../../../engine/port/publisher.js'
import type {OutboxEntry} from '../../../../engine/port/state-store.js'
import {lifted, saidAlert, saidBy, saidDecision} from './said-records.js'
import type {Turns} from './turns.js'

export interface BuildingPublisherParts {
  readonly store: Pick<RedisStateStore, 'building' | 'liftsOf'>
  readonly turns: Turns
  /** To the world. */
  readonly toAll: Publisher
  /** To the read model and the cases alone, which were lost with the state. Each record counts once. */
  readonly toReadModel: Publisher
}

/**
 * Says to the world what a partition says, unless its state is just being built from the log: then what it says is kept,
 * because the world has heard most of it before. After that, revisions go on above those that the world has heard.
 */
export function buildingPublisher({store, turns, toAll, toReadModel}: BuildingPublisherParts): Publisher {
  const toWorld = (entry: OutboxEntry) => toAll.publish(withLifts(entry, store.liftsOf(entry.partition)))
  return {
    publish: (entry) => {
      if (store.building(entry.partition) === undefined) return toWorld(entry)
      // Either before the partition takes over, and it is kept, or after that.
      return turns.run(entry.partition, async () => {
        const building = store.building(entry.partition)
        if (building === undefined) return toWorld(entry)
        await building.keep(new Map(saidBy(entry).map((said) => [said.name, JSON.stringify(said)])))
        // Beside a state that goes on, the read model has the rest, or gets it with the news.
        await toReadModel.publish(building.kind === 'beside' ? whatPeopleDid(entry) : entry)
        // Other partitions count each of these once, and may not have heard of it.
        if (entry.dispatch !== undefined) await toAll.publish(onlyDispatch(entry))
      })
    },
  }
}

function withLifts(entry: OutboxEntry, lifts: ReadonlyMap<string, number>): OutboxEntry {
  if (lifts.size === 0) return entry
  const alerts = entry.alerts.map((record) => {
    const said = saidAlert(record)
    return {...record, revision: lifted(said, lifts.get(said.name) ?? 0).revision}
  })
  const decisions = entry.decisions.map((record) => {
    const said = saidDecision(record)
    return {...record, revision: lifted(said, lifts.get(said.name) ?? 0).revision}
  })
  return {...entry, alerts, decisions}
}

/** What no output topic holds: the former owner may have ended before it read it. */
function whatPeopleDid({partition, sequence, ...more}: OutboxEntry): OutboxEntry {
  const {features, verdicts, caseChanges, alertChanges} = more
  const entry = {partition, sequence, settledUpTo: null, alerts: [], decisions: [], deadLetters: [], late: []}
  return {...entry, features, verdicts, caseChanges, alertChanges}
}

function onlyDispatch({partition, sequence, settledUpTo, dispatch}: OutboxEntry): OutboxEntry {
  return {partition, sequence, settledUpTo, dispatch, alerts: [], decisions: [], deadLetters: [], late: []}
}
