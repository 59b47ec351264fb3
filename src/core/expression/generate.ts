import type {StoredEvent} from '../event/stored-event.js'
import {emit} from './emit.js'
import type {Evaluation, Truth} from './evaluation.js'
import {declarations, type Frame, held, isErrorCode, newFrame, Program} from './frame.js'
import {RUNTIME} from './runtime.js'
import type {Term} from './term.js'

/** A function that tests a term of type bool. It never throws. */
export function generateTest(term: Term): (evaluation: Evaluation) => Truth {
  const frame = newFrame(new Program(), false)
  return build(frame, emit(term, frame))
}

/** Like `generateTest`, for a term that names one bound event and no join, feature, aggregate or expiring list. */
export function generateTestOne(term: Term): (event: StoredEvent) => Truth {
  const frame = newFrame(new Program(), true)
  return build(frame, emit(term, frame))
}

/** A function that yields the plain value of a term (times in milliseconds), `undefined` for an error value. */
export function generateValue(term: Term): (evaluation: Evaluation) => unknown {
  return valueIn(newFrame(new Program(), false), term)
}

/** The same for a term that names one bound event and no join, feature, aggregate or expiring list. */
export function generateValueOf(term: Term): (event: StoredEvent) => unknown {
  return valueIn(newFrame(new Program(), true), term)
}

function valueIn<Argument>(frame: Frame, term: Term): (argument: Argument) => unknown {
  const value = held(emit(term, frame), frame)
  const plain = term.type === 'bool' ? `${value.again} === 1` : value.again
  return build(frame, `${isErrorCode(term.type, value)} ? undefined : ${plain}`)
}

/**
 * From code to a function, like a validator compiled from a schema. The code is made of this folder's templates,
 * numbers, and JSON strings; no other text of a rule gets here.
 */
function build<Argument, Result>(frame: Frame, code: string): (argument: Argument) => Result {
  const {constants, functions} = frame.program
  const names = constants.map((_, index) => `const c${index} = c[${index}];\n`).join('')
  const parameter = frame.single ? 'x' : 'e'
  const body = `${declarations(frame)}return ${code};`
  const source = `'use strict';\n${names}${functions.join('')}return function (${parameter}) {\n${body}\n}`
  return new Function('h', 'c', source)(RUNTIME, constants)
}
