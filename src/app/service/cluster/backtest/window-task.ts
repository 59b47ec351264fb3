import type {BacktestReport} from '../../../../adapters/http/backtest-route.js'
import type {KafkaConnection} from '../../../../adapters/kafka/kafka-connection.js'
import type {InputTopic} from '../../../../adapters/kafka/topic-names.js'
import type {Failed} from '../../../process/ask-process.js'
import type {WindowToWrite} from '../../backtest/backtest-desk.js'

/** What a process is told that reads inputs from the topics: plain data, for it crosses to that process. */
export interface WindowTask extends WindowToWrite {
  readonly kafka: KafkaConnection
  readonly namespace: string
  /** Those that hold inputs. */
  readonly inputs: readonly InputTopic[]
  /** Holds who was forgotten. */
  readonly controlTopic: string
  /** Of the topics that are partitioned by the user. */
  readonly partitions: number
}

/** What came of it. */
export type WindowAnswer = {readonly kind: 'written'; readonly events: BacktestReport['events']} | Failed
