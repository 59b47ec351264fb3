import {BacktestLimitError} from '../../../../adapters/http/backtest-route.js'
import type {KafkaConnection} from '../../../../adapters/kafka/kafka-connection.js'
import type {TopicNames} from '../../../../adapters/kafka/topic-names.js'
import {streamsWith} from '../../../../core/event/stream.js'
import type {Config} from '../../../config/config.js'
import {askProcess} from '../../../process/ask-process.js'
import type {BacktestDeskParts} from '../../backtest/backtest-desk.js'
import type {WindowAnswer, WindowTask} from './window-task.js'

export interface TopicWindowParts {
  readonly config: Config
  readonly kafka: KafkaConnection
  readonly names: TopicNames
  readonly partitions: number
}

const PROGRAM = new URL('./window-process.js', import.meta.url)

/** Has what came in written by a process of its own, past the workers. */
export function topicWindow({
  config,
  kafka,
  names,
  partitions,
}: TopicWindowParts): BacktestDeskParts['write'] {
  const {namespace} = config
  const inputs = names
    .inputs(streamsWith(config.streams))
    .filter(({topic, isExchange}) => isExchange !== true && topic !== names.control)
  return async (window, {ms, heapMib}, signal) => {
    const began = performance.now()
    const answer = await askProcess<WindowTask, WindowAnswer>(
      PROGRAM,
      {...window, kafka, namespace, inputs, controlTopic: names.control, partitions},
      {signal, limitMs: ms, heapMib},
    )
    if (answer.kind === 'written') return answer.events
    if (performance.now() - began >= ms) throw new BacktestLimitError(`${ms / 1000} s`)
    throw new Error(`what came in could not be read: ${answer.message}`)
  }
}
