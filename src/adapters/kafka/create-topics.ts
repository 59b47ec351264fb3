import type {Admin} from 'kafkajs'
import {partitionCounts} from './partition-counts.js'
import type {PlannedTopic} from './topic-plan.js'

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
  if (missing.length > 0) await create(admin, missing)
  return {
    created: missing.map(({topic}) => topic),
    existing: plan.flatMap(({topic}) => (counts.has(topic) ? [topic] : [])),
  }
}

async function create(admin: Admin, topics: readonly PlannedTopic[]): Promise<void> {
  try {
    await admin.createTopics({
      waitForLeaders: true,
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
