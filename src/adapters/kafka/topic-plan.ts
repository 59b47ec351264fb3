import {MERCHANTS} from '../../core/event/stream.js'
import type {InputTopic, TopicNames} from './topic-names.js'

/** A topic as it should be. */
export interface PlannedTopic {
  readonly topic: string
  readonly partitions: number
  readonly replication: number
  /** Kafka's own settings of the topic. */
  readonly settings: {readonly [name: string]: string}
}

export interface TopicPlanOptions {
  readonly names: TopicNames
  readonly inputs: readonly InputTopic[]
  /** Of what is partitioned by the user, and of the outputs. */
  readonly partitions: number
  readonly replication: number
  /** How long inputs are kept, to rebuild a state from them. In ms. */
  readonly retentionMs: number
  /** Longest event in bytes. */
  readonly eventLimit: number
  /** Who says when a record came: the broker that wrote it (default), or its producer. */
  readonly timestamps?: 'LogAppendTime' | 'CreateTime' | undefined
}

const DAY_MS = 86_400_000
const REFUSED_RETENTION_MS = 30 * DAY_MS
const KEEP_FOR_EVER = '-1'
/** A record holds more than the event, and a batch more than a record. */
const LEAST_RECORD_LIMIT = 4 * 1024 * 1024

/** Every topic of an installation with the settings that Tripline relies on. */
export function topicPlan(options: TopicPlanOptions): readonly PlannedTopic[] {
  const {inputs, names, retentionMs} = options
  const planned = inputs.map(({topic, stream, isBroadcast}) =>
    isBroadcast
      ? plan(topic, 1, options, stream === MERCHANTS ? tableSettings(retentionMs) : controlSettings())
      : plan(topic, options.partitions, options, logSettings(retentionMs)),
  )
  const refused = [names.late, names.deadLetters]
  const outputs = names.outputs.map((topic) =>
    plan(
      topic,
      options.partitions,
      options,
      logSettings(refused.includes(topic) ? REFUSED_RETENTION_MS : retentionMs),
    ),
  )
  return [...planned, ...outputs, plan(names.installation, 1, options, tableSettings(0))]
}

function plan(
  topic: string,
  partitions: number,
  {replication, eventLimit, timestamps = 'LogAppendTime'}: TopicPlanOptions,
  settings: PlannedTopic['settings'],
): PlannedTopic {
  return {
    topic,
    partitions,
    replication,
    settings: {
      ...settings,
      // Two of three replicas have what was acknowledged.
      'min.insync.replicas': String(Math.max(1, replication - 1)),
      'message.timestamp.type': timestamps,
      'max.message.bytes': String(Math.max(LEAST_RECORD_LIMIT, 2 * eventLimit)),
    },
  }
}

function logSettings(retentionMs: number): PlannedTopic['settings'] {
  return {'cleanup.policy': 'delete', 'retention.ms': String(retentionMs)}
}

/** Of each key the newest version stays; the others as long as events that are joined to them may come. */
function tableSettings(retentionMs: number): PlannedTopic['settings'] {
  return {'cleanup.policy': 'compact', 'min.compaction.lag.ms': String(Math.max(0, retentionMs))}
}

/** Which rules were in force when: a new reading goes through all of it. */
function controlSettings(): PlannedTopic['settings'] {
  return {'cleanup.policy': 'delete', 'retention.ms': KEEP_FOR_EVER}
}
