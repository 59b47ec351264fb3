import type {LearningAnswer, LearningTask} from './learning-task.js'
import {performTask} from './perform-task.js'

/*
 * A process of its own that learns beside a service (`runInProcess` starts it): is told one task, answers, and ends. It ends at once
 * where the service does.
 */

process.once('disconnect', () => process.exit())

process.once('message', (task: LearningTask) => {
  performTask(task)
    .catch((error: Error): LearningAnswer => ({kind: 'failed', message: error.message}))
    .then((answer) => process.send?.(answer, () => process.disconnect()))
})
