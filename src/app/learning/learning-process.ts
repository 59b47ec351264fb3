import {answerTask} from '../process/answer-task.js'
import {performTask} from './perform-task.js'

/** A process of its own that learns beside a service (`runInProcess` starts it). */
answerTask(performTask)
