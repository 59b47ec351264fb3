import {setTimeout as sleep} from 'node:timers/promises'
import type {Admin} from 'kafkajs'
import {partitionCounts} from './partition-counts.js'
import type {PlannedTopic} from './topic-plan.js'

const LEADER_TRIES = 100
const LEADER_PAUSE_MS = 100

export interface CreatedTopics {
  readonly created: readonly string[]
  /** Were there already, with the right number of partitions. Their settings stay as they are. */
  readonly existing: readonly string[]
}

/** A topic is there and cannot be used; the message says what to do. */
export class TopicMismatchError extends Error {
  constructor(readonly problems: readonly string[]) {
    super(problems.join('\n'))
    this.name = 'TopicMismatchError'
  }
}

/** Creates the topics that are not there. Rejects with TopicMismatchError, having created nothing, if one has other partitions. */
export async function createTopics(admin: Admin, plan: readonly PlannedTopic[]): Promise<CreatedTopics> {
  const counts = await partitionCounts(
    admin,
    plan.map(({topic}) => topic),
  )
  const problems = plan.flatMap(({topic, partitions}) => {
    const count = counts.get(topic)
    if (count === undefined || count === partitions) return []
    return [
      `${topic} has ${count} partitions, not ${partitions}; say --partitions ${count}, or use another namespace`,
    ]
  })
  if (problems.length > 0) throw new TopicMismatchError(problems)
  const missing = plan.filter(({topic}) => !counts.has(topic))
  if (missing.length > 0) {
    await create(admin, missing)
    await untilLed(admin, missing)
  }
  return {
    created: missing.map(({topic}) => topic),
    existing: plan.flatMap(({topic}) => (counts.has(topic) ? [topic] : [])),
  }
}

async function create(admin: Admin, topics: readonly PlannedTopic[]): Promise<void> {
  try {
    await admin.createTopics({
      waitForLeaders: false,
      topics: topics.map(({topic, partitions, replication, settings}) => ({
        topic,
        numPartitions: partitions,
        replicationFactor: replication,
        configEntries: Object.entries(settings).map(([name, value]) => ({name, value})),
      })),
    })
  } catch (error) {
    const {errors} = error as {readonly errors?: readonly (Error & {readonly topic?: string})[]}
    if (errors === undefined) throw error
    throw new TopicMismatchError(errors.map(({topic, message}) => `${topic}: ${message}`))
  }
}

/** Brokers learn of new topics one after the other: until one knows the leaders of all, they cannot be used. */
async function untilLed(admin: Admin, topics: readonly PlannedTopic[]): Promise<void> {
  const names = topics.map(({topic}) => topic)
  for (let left = LEADER_TRIES; ; left--) {
    try {
      const {topics: known} = await admin.fetchTopicMetadata({topics: names})
      if (known.every(({partitions}) => partitions.length > 0 && partitions.every(({leader}) => leader >= 0)))
        return
    } catch (error) {
      if (left === 0) throw error
    }
    if (left === 0)
      throw new TopicMismatchError([`no broker leads ${names.join(', ')} yet; look at the brokers' logs`])
    await sleep(LEADER_PAUSE_MS)
  }
}
