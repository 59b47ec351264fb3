import kafkajs from 'kafkajs'

const choose = kafkajs.Partitioners.DefaultPartitioner()

/** The partition in which every client of Kafka puts a key, of so many (murmur2). */
export function partitionOf(key: string, partitions: number): number {
  const partitionMetadata = Array.from({length: partitions}, (_, partitionId) => ({
    partitionId,
    partitionErrorCode: 0,
    leader: 0,
    replicas: [],
    isr: [],
  }))
  return choose({topic: '', partitionMetadata, message: {key, value: null}})
}
