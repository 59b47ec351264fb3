import {alertEventId, eventSource} from '../../core/decision/cloud-event.js'
import type {AlertRecord, DecisionRecord} from '../../core/decision/records.js'
import type {DeadLetter} from '../../core/event/dead-letter.js'
import {formatTime} from '../../core/event/time.js'
import type {Clock} from '../../engine/port/clock.js'
import type {Publisher} from '../../engine/port/publisher.js'
import type {LateInput, OutboxEntry} from '../../engine/port/state-store.js'
import {cloudEventHeaders} from './cloud-event-headers.js'
import {parcelRecords} from './parcel-record.js'
import type {OutgoingRecord, RecordSender} from './record-sender.js'
import type {TopicNames} from './topic-names.js'

export interface KafkaPublisherOptions {
  readonly sender: RecordSender
  readonly names: TopicNames
  readonly namespace: string
  readonly clock: Clock
}

/**
 * Writes decisions, alerts, late inputs and dead letters to their topics, as CloudEvents, and what other partitions are
 * told to theirs. An entry that is published
 * again gives records with the same ids: subscribers count each once.
 */
export class KafkaPublisher implements Publisher {
  private readonly source: string

  constructor(private readonly options: KafkaPublisherOptions) {
    this.source = eventSource(options.namespace)
  }

  async publish(entry: OutboxEntry): Promise<void> {
    const {decisions, alerts, deadLetters, late, partition, traces} = entry
    const {names} = this.options
    const now = formatTime(this.options.clock.now())
    await this.options.sender.send([
      ...decisions.map((decision) => this.decision(decision)),
      ...alerts.map((alert) => this.alert(alert, traces?.[alertEventId(alert)])),
      ...deadLetters.map((letter) => this.deadLetter(letter, now)),
      ...late.map((input) => this.lateInput(input, partition, now)),
      ...parcelRecords(entry, names.exchange),
    ])
  }

  private decision(decision: DecisionRecord): OutgoingRecord {
    const {user_id, transaction_id, revision, decided_at} = decision
    const headers = cloudEventHeaders({
      id: `${user_id}:${transaction_id}:${revision}`,
      source: this.source,
      type: revision === 0 ? 'decision.made' : 'decision.revised',
      subject: transaction_id,
      time: decided_at,
    })
    return {
      topic: this.options.names.decisions,
      message: {key: user_id, value: JSON.stringify(decision), headers},
    }
  }

  private alert(alert: AlertRecord, traceparent: string | undefined): OutgoingRecord {
    const headers = cloudEventHeaders({
      id: alertEventId(alert),
      source: this.source,
      type: alert.type,
      subject: alert.alert_id,
      time: alert.detected_at,
      traceparent,
    })
    return {
      topic: this.options.names.alerts,
      message: {key: alert.key.value, value: JSON.stringify(alert), headers},
    }
  }

  private deadLetter(letter: DeadLetter, time: string): OutgoingRecord {
    const {topic, partition, offset} = letter.origin
    const subject = `${topic}/${partition}/${offset}`
    const headers = cloudEventHeaders({
      id: `dead-letter:${subject}`,
      source: this.source,
      type: 'input.dead_lettered',
      subject,
      time,
    })
    return {
      topic: this.options.names.deadLetters,
      message: {key: subject, value: JSON.stringify(letter), headers},
    }
  }

  /** The value is the input as it came. */
  private lateInput({stream, offset, bytes}: LateInput, partition: number, time: string): OutgoingRecord {
    const subject = `${stream}/${partition}/${offset}`
    const headers = cloudEventHeaders({
      id: `late:${subject}`,
      source: this.source,
      type: 'input.late',
      subject,
      time,
    })
    return {topic: this.options.names.late, message: {key: subject, value: Buffer.from(bytes), headers}}
  }
}
