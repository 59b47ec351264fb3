import {compileGate, compilePredicate} from './compile-predicate.js'
import type {Form} from './form.js'
import {namesInOrder, type RuleCompilation} from './rule-compilation.js'
import type {WindowMatch} from './rule-file.js'
import {windowForm} from './window-form.js'

export function compileWindow({window, having}: WindowMatch, compilation: RuleCompilation): Form | undefined {
  const {as, span} = window
  const path = ['match', 'window']
  const stream = compilation.stream(window.stream, [...path, 'stream'])
  if (stream === undefined) return undefined
  const scope = compilation.scope(namesInOrder([[as, stream]]), stream)
  const condition = compilation.condition(window.when, [...path, 'when'], scope)
  const when = compilePredicate(condition, {slot: 0, stream, scope}, compilation)
  const overWindow = compilation.condition(having, ['match', 'having'], {...scope, window: as})
  if (span === 0)
    compilation.fault([...path, 'span'], 'a window of no length holds nothing', 'write a longer span')
  if (overWindow === undefined) return undefined
  const gate = compileGate(overWindow, {slot: 0, stream, scope}, compilation)
  const {narrowedBy} = compilation
  return windowForm({as, stream, when, gate, span, having: overWindow, narrowedBy})
}
