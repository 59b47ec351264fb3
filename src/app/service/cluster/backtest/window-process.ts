import {answerTask} from '../../../process/answer-task.js'
import type {WindowAnswer, WindowTask} from './window-task.js'
import {writeTopicWindow} from './write-topic-window.js'

/** A process of its own that reads topics beside a worker. */
answerTask(
  async (task: WindowTask): Promise<WindowAnswer> => ({
    kind: 'written',
    events: await writeTopicWindow(task),
  }),
)
