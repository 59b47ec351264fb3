import {CONTROL_STREAM} from '../../core/bundle/activation.js'
import {MERCHANTS, type Stream} from '../../core/event/stream.js'
import type {EventIntake, IntakeRecord} from '../../engine/port/event-intake.js'
import {toMessage} from './logged-input.js'
import type {OutgoingRecord, RecordSender} from './record-sender.js'
import type {TopicNames} from './topic-names.js'

export interface KafkaEventIntakeOptions {
  readonly sender: RecordSender
  readonly names: TopicNames
  readonly streams: ReadonlyMap<string, Stream>
  /** Of the topics that are partitioned by the user. */
  readonly partitions: number
}

/** Puts inputs on the topics: each on that of its stream; those that none can take, or that are refused, on that of the intake. */
export class KafkaEventIntake implements EventIntake {
  private readonly broadcast: ReadonlySet<string>

  constructor(private readonly options: KafkaEventIntakeOptions) {
    const {names, streams} = options
    this.broadcast = new Set(
      names.inputs(streams).flatMap(({topic, isBroadcast}) => (isBroadcast ? [topic] : [])),
    )
  }

  /** The offsets are those of each record's own topic. */
  async append(partition: number, records: readonly IntakeRecord[]): Promise<readonly number[]> {
    const {sender, partitions} = this.options
    if (partition < 0 || partition >= partitions)
      throw new RangeError(`there is no partition ${partition}; the topics have ${partitions}`)
    return sender.send(records.map((record) => this.outgoing(record, partition)))
  }

  private outgoing(record: IntakeRecord, partition: number): OutgoingRecord {
    const {names} = this.options
    const topic = this.hasOwnTopic(record) ? names.ofStream(record.stream as string) : names.intake
    // Topics that everyone reads need no particular partition: the order among a merchant's versions is that of one.
    const own = this.broadcast.has(topic) ? 0 : partition
    return {topic, message: toMessage(record, own, topic === names.intake)}
  }

  private hasOwnTopic({stream, refusal, key}: IntakeRecord): boolean {
    if (stream === undefined || refusal !== undefined) return false
    if (stream === CONTROL_STREAM) return true
    // A topic that is compacted takes no record without a key.
    return this.options.streams.has(stream) && (stream !== MERCHANTS || key !== undefined)
  }
}
