import type {Kafka} from 'kafkajs'
import {readToEnd} from '../../../../adapters/kafka/read-to-end.js'
import type {TopicNames} from '../../../../adapters/kafka/topic-names.js'
import type {AlertRecord, DecisionRecord} from '../../../../core/decision/records.js'
import type {DeadLetter} from '../../../../core/event/dead-letter.js'
import type {Clock} from '../../../../engine/port/clock.js'
import {type SaidRecord, saidAlert, saidDeadLetter, saidDecision, saidLateInput} from './said-records.js'

/** What the world has heard of last under a name. */
export interface HeardRecord extends Pick<SaidRecord, 'revision' | 'content' | 'time'> {
  /** Of an alert that stands. */
  readonly standing: AlertRecord | undefined
}

/** The newest of each record that the output topics hold, by name; of decisions, those of some users only. */
export async function heardRecords(
  kafka: Kafka,
  {alerts, decisions, deadLetters, late}: TopicNames,
  clock: Clock,
  isOwnUser: (user: string) => boolean,
): Promise<ReadonlyMap<string, HeardRecord>> {
  const heard = new Map<string, HeardRecord>()
  const hear = (said: SaidRecord) => {
    const {name, revision, content, time} = said
    const known = heard.get(name)
    // Of equal revisions the first counts, as with every subscriber.
    if (known !== undefined && known.revision >= revision) return
    const stands = said.kind === 'alert' && said.record.type !== 'alert.retracted'
    heard.set(name, {revision, content, time, standing: stands ? said.record : undefined})
  }
  await readToEnd(kafka, [alerts, decisions, deadLetters, late], clock, ({value}, topic) => {
    if (value === null) return
    if (topic === late) return hear(saidLateInput({stream: '', offset: 0, bytes: value}))
    const record: unknown = JSON.parse(value.toString())
    if (topic === alerts) hear(saidAlert(record as AlertRecord))
    else if (topic === deadLetters) hear(saidDeadLetter(record as DeadLetter))
    else if (isOwnUser((record as DecisionRecord).user_id)) hear(saidDecision(record as DecisionRecord))
  })
  return heard
}
