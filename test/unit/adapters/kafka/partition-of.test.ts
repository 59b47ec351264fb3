import fc from 'fast-check'
import kafkajs from 'kafkajs'
import {expect, test} from 'vitest'
import {partitionOf} from '../../../../src/adapters/kafka/partition-of.js'

const choose = kafkajs.Partitioners.DefaultPartitioner()

/** What the client library, and so a producer with its default settings, makes of a key. */
function chosen(key: string, partitions: number): number {
  const partitionMetadata = Array.from({length: partitions}, (_, partitionId) => ({
    ...{partitionId, partitionErrorCode: 0, leader: 0, replicas: [], isr: []},
  }))
  return choose({topic: '', partitionMetadata, message: {key, value: null}})
}

test('a key lives in the partition where clients of Kafka put it', () => {
  fc.assert(
    fc.property(
      fc.string({unit: 'grapheme', minLength: 1}),
      fc.integer({min: 1, max: 200}),
      (key, partitions) => {
        expect(partitionOf(key, partitions)).toBe(chosen(key, partitions))
      },
    ),
    {numRuns: 1000},
  )
})
