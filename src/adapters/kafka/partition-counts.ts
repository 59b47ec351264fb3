import type {Admin} from 'kafkajs'

/** How many partitions the topics have; those that are not there are left out. */
export async function partitionCounts(
  admin: Pick<Admin, 'listTopics' | 'fetchTopicMetadata'>,
  topics: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  // Asking for one that is not there would create it, where the broker is so configured.
  const existing = new Set(await admin.listTopics())
  const known = topics.filter((topic) => existing.has(topic))
  if (known.length === 0) return new Map()
  const {topics: metadata} = await admin.fetchTopicMetadata({topics: known})
  return new Map(metadata.map(({name, partitions}) => [name, partitions.length]))
}
