import {askProcess} from '../process/ask-process.js'
import type {LearningAnswer, LearningTask} from './learning-task.js'

const PROGRAM = new URL('./learning-process.js', import.meta.url)

const TIME_LIMIT_MS = 30 * 60_000

/** Has a task done by a process of its own, and never rejects. `signal` ends it. */
export function runInProcess(task: LearningTask, signal: AbortSignal): Promise<LearningAnswer> {
  return askProcess(PROGRAM, task, {signal, limitMs: TIME_LIMIT_MS})
}
