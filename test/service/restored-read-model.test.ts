import {afterEach, beforeEach, describe, expect, it} from 'vitest'
import {KafkaEventIntake} from '../../src/adapters/kafka/event-intake.js'
import {KafkaPublisher} from '../../src/adapters/kafka/event-publisher.js'
import {partitionOf} from '../../src/adapters/kafka/partition-of.js'
import {RecordSender} from '../../src/adapters/kafka/record-sender.js'
import {restoreReadModel} from '../../src/app/service/cluster/building/restored-read-model.js'
import {CONTROL_STREAM} from '../../src/core/bundle/activation.js'
import {formatTime, type WallTime} from '../../src/core/event/time.js'
import {encodeTombstone, userDigest} from '../../src/core/forgetting/tombstone.js'
import type {OutboxEntry} from '../../src/engine/port/state-store.js'
import {alertRecord, decisionRecord, intakeRecord, NOON, outboxEntry} from '../conformance/samples.js'
import {bundleOf} from '../support/engine/collected-run.js'
import {REAL_CLOCK} from '../support/services/kafka-reader.js'
import {STREAMS, TEST_KAFKA, type TestTopics, testTopics} from '../support/services/test-kafka.js'

const PARTITIONS = 2
const ALL = [0, 1]

/** Of merchant m1, with evidence of two users. */
const SHARED = alertRecord('shared', {
  key: {name: 'merchant_id', value: 'm1'},
  anchor: {stream: 'transactions', id: 'of-u2'},
  events: ['of-u1', 'of-u2'].map((id) => ({
    as: 'tx',
    stream: 'transactions',
    id,
    event_time: formatTime(NOON),
  })),
})

describe.skipIf(TEST_KAFKA === undefined)('a read model that is restored from the topics', () => {
  let topics: TestTopics
  let sender: RecordSender
  let publisher: KafkaPublisher
  let intake: KafkaEventIntake

  beforeEach(async () => {
    topics = await testTopics(PARTITIONS)
    sender = new RecordSender(topics.kafka)
    await sender.connect()
    const {names, namespace} = topics
    publisher = new KafkaPublisher({sender, names, namespace, clock: REAL_CLOCK})
    intake = new KafkaEventIntake({sender, names, streams: STREAMS, partitions: PARTITIONS})
    await publisher.publish(
      outboxEntry(1, {
        decisions: ['u1', 'u2'].map((user) => decisionRecord(`of-${user}`, {user_id: user})),
        alerts: [
          ...['u1', 'u2'].map((user) => alertRecord(`about-${user}`, {key: {name: 'user_id', value: user}})),
          SHARED,
        ],
      }),
    )
    const feedback = {
      feedback_id: 'f2',
      user_id: 'u2',
      verdict: 'fraud',
      alert_id: 'about-u2',
      event_time: NOON,
    }
    await intake.append(partitionOf('u2', PARTITIONS), [
      intakeRecord(JSON.stringify(feedback), {stream: 'feedback', key: 'u2'}),
    ])
  })
  afterEach(async () => {
    await sender.disconnect()
    await topics.remove()
  })

  async function restored(partitions: readonly number[]) {
    const {kafka, names} = topics
    const entries: OutboxEntry[] = []
    for (const partition of partitions)
      await restoreReadModel({
        ...{kafka, names, partition, partitions: PARTITIONS, bundle: bundleOf([]), clock: REAL_CLOCK},
        toReadModel: {publish: async (entry) => void entries.push(entry)},
      })
    return {
      alerts: entries.flatMap(({alerts}) => alerts),
      decisions: entries.flatMap(({decisions}) => decisions.map(({transaction_id}) => transaction_id)).sort(),
      verdicts: entries.flatMap(({verdicts = []}) => verdicts.map(({feedback_id}) => feedback_id)),
    }
  }

  const idsOf = (alerts: readonly {readonly alert_id: string}[]) =>
    alerts.map(({alert_id}) => alert_id).sort()

  it('has each record of the partitions that are restored, once', async () => {
    const {alerts, decisions, verdicts} = await restored(ALL)
    expect(idsOf(alerts)).toEqual(['about-u1', 'about-u2', 'shared'])
    expect(decisions).toEqual(['of-u1', 'of-u2'])
    expect(verdicts).toEqual(['f2'])
    const of = partitionOf('u1', PARTITIONS)
    expect((await restored([of])).decisions).toEqual(
      ['u1', 'u2'].filter((user) => partitionOf(user, PARTITIONS) === of).map((user) => `of-${user}`),
    )
  })

  it('does not bring back who was forgotten, nor what others’ alerts had of the user', async () => {
    const tombstone = encodeTombstone({user: userDigest('u1'), partition: partitionOf('u1', PARTITIONS)})
    const ingestedAt = (Date.now() + 60_000) as WallTime
    await intake.append(0, [intakeRecord(tombstone, {stream: CONTROL_STREAM, ingestedAt})])
    const {alerts, decisions, verdicts} = await restored(ALL)
    expect(idsOf(alerts)).toEqual(['about-u2', 'shared'])
    expect(alerts.find(({alert_id}) => alert_id === 'shared')?.events.map(({id}) => id)).toEqual(['of-u2'])
    expect(decisions).toEqual(['of-u2'])
    expect(verdicts).toEqual(['f2'])
  })
})
