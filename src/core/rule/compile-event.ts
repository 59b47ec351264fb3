import {compilePredicate} from './compile-predicate.js'
import {eventForm} from './event-form.js'
import type {Form} from './form.js'
import {namesInOrder, type RuleCompilation} from './rule-compilation.js'
import type {EventMatch} from './rule-file.js'

export function compileEvent({event, when}: EventMatch, compilation: RuleCompilation): Form | undefined {
  const stream = compilation.stream(event.stream, ['match', 'event', 'stream'])
  if (stream === undefined) return undefined
  const scope = compilation.scope(namesInOrder([[event.as, stream]]), stream)
  const condition = compilation.condition(when, ['match', 'when'], scope)
  const predicate = compilePredicate(condition, {slot: 0, stream, scope}, compilation)
  return eventForm({as: event.as, stream, when: predicate})
}
