import type {Failed} from './ask-process.js'

/** Does the one task that this process is told, answers, and ends. It ends at once where whoever asked does. */
export function answerTask<Task, Answer>(perform: (task: Task) => Promise<Answer>): void {
  process.once('disconnect', () => process.exit())
  process.once('message', (task: Task) => {
    perform(task)
      .catch((error: Error): Failed => ({kind: 'failed', message: error.message}))
      .then((answer) => process.send?.(answer, () => process.disconnect()))
  })
}
