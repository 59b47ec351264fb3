import type {Admin} from 'kafkajs'
import {TopicMismatchError} from './create-topics.js'
import {partitionCounts} from './partition-counts.js'
import type {InputTopic, TopicNames} from './topic-names.js'

/**
 * How many partitions the topics have that are partitioned by the user: all the same number, so that a user's events of
 * all streams meet in one. Rejects with TopicMismatchError, which names everything that is missing or unequal.
 */
export async function checkTopics(
  admin: Admin,
  inputs: readonly InputTopic[],
  {outputs, installation}: Pick<TopicNames, 'outputs' | 'installation'>,
): Promise<number> {
  const needed = [...inputs.map(({topic}) => topic), ...outputs, installation]
  const counts = await partitionCounts(admin, needed)
  const missing = needed.filter((topic) => !counts.has(topic))
  const shared = inputs.filter(({isBroadcast}) => !isBroadcast).map(({topic}) => topic)
  const found = shared.flatMap((topic) => counts.get(topic) ?? [])
  const most = Math.max(...found, 0)
  const problems =
    missing.length === 0
      ? []
      : [
          `there is no topic ${missing.join(', ')}; create it with: tripline topics create${most > 0 ? ` --partitions ${most}` : ''}`,
        ]
  if (new Set(found).size > 1) {
    const unequal = shared.map((topic) => `${topic} ${counts.get(topic) ?? 0}`).join(', ')
    problems.push(
      `topics that are partitioned by the user have different numbers of partitions (${unequal}); a user's events would be on different ones: add partitions to the others before they hold events (kafka-topics.sh --alter --partitions ${most}), or begin under another namespace`,
    )
  }
  if (problems.length > 0) throw new TopicMismatchError(problems)
  return most
}
