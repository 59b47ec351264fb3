import type {SourceFault} from '../source/source-fault.js'
import {compileEvent} from './compile-event.js'
import {compileSequence} from './compile-sequence.js'
import {compileTogether} from './compile-together.js'
import {compileWindow} from './compile-window.js'
import type {Form} from './form.js'
import type {Rule} from './rule.js'
import {type FaultAt, RuleCompilation, type RuleContext} from './rule-compilation.js'
import type {RuleFile} from './rule-file.js'

/** Compiles a rule file. Undefined if it has errors; every error and warning is added to `faults`. */
export function compileRule(
  file: RuleFile,
  index: number,
  context: RuleContext,
  faultAt: FaultAt,
  faults: SourceFault[],
): Rule | undefined {
  const compilation = new RuleCompilation(file, index, context, faultAt)
  const form = compileForm(file, compilation)
  faults.push(...compilation.faults)
  if (form === undefined || compilation.faults.some(({severity}) => severity === 'error')) return undefined
  const {id, version, title, mode, key, severity, action, score, cooldown} = file
  const {narrowedBy} = compilation
  return {index, id, version, title, mode, key, severity, action, score, cooldown, narrowedBy, form}
}

function compileForm({match}: RuleFile, compilation: RuleCompilation): Form | undefined {
  if ('event' in match) return compileEvent(match, compilation)
  if ('window' in match) return compileWindow(match, compilation)
  if ('sequence' in match) return compileSequence(match, compilation)
  return compileTogether(match, compilation)
}
