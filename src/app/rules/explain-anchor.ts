import type {Bundle, RuleSource} from '../../core/bundle/bundle.js'
import {stageKeyOf} from '../../core/bundle/rule-set.js'
import type {DecodedEvent} from '../../core/event/decode.js'
import {MERCHANTS} from '../../core/event/stream.js'
import {type AnchorExplanation, explainAnchor} from '../../core/rule/explanation/anchor-explanation.js'
import {Trial} from '../../core/rule/explanation/trial/trial.js'
import type {Rule, RuleMode} from '../../core/rule/rule.js'
import type {RecordedLines} from './explain-input.js'
import {recordedScene} from './explain-scene.js'

/** What a rule says of a recorded event, and why. */
export interface RecordedExplanation extends AnchorExplanation {
  readonly rule: {
    readonly id: string
    readonly version: number
    readonly title: string
    /** As the file says; explained is what the rule would say if it ran. */
    readonly mode: RuleMode
  }
  /** Null value: the event has no such key. */
  readonly key: {readonly name: string; readonly value: string | null}
  /** Whether the recorded events end before the rule's deadline is reached. */
  readonly waits: boolean
}

/**
 * Explains a rule for one recorded event, whose id and user stand in `anchor`. `bundle` runs the rule alone. Undefined if
 * the engine did not accept the event.
 */
export async function explainRecorded(
  source: RuleSource,
  bundle: Bundle,
  lines: RecordedLines,
  anchor: DecodedEvent,
): Promise<RecordedExplanation | undefined> {
  const [rule] = bundle.rules as [Rule]
  const [alone] = bundle.sources as [RuleSource]
  const stageKey = anchor.wire[stageKeyOf(rule)]
  const recorded = await recordedScene(
    lines.holding([anchor.key, MERCHANTS, ...(typeof stageKey === 'string' ? [stageKey] : [])]),
    bundle,
    anchor,
  )
  if (recorded === undefined) return undefined
  const {id, version, title, mode} = source
  const keyValue = anchor.wire[rule.key]
  const explanation = explainAnchor(new Trial(alone, recorded.scene), rule, recorded.anchor)
  const {deadline} = explanation
  return {
    rule: {id, version, title, mode},
    key: {name: rule.key, value: typeof keyValue === 'string' && keyValue !== '' ? keyValue : null},
    waits: deadline !== null && !(await lines.reachBeyond(deadline)),
    ...explanation,
  }
}
