import {Line} from '../../../../../src/adapters/files/line-reader.js'
import {recordedScene} from '../../../../../src/app/rules/explain-scene.js'
import type {RuleSource} from '../../../../../src/core/bundle/bundle.js'
import {compileDecode, type DecodedEvent, isRefusal} from '../../../../../src/core/event/decode.js'
import {
  type AnchorExplanation,
  explainAnchor,
} from '../../../../../src/core/rule/explanation/anchor-explanation.js'
import {Trial} from '../../../../../src/core/rule/explanation/trial/trial.js'
import type {Rule} from '../../../../../src/core/rule/rule.js'
import {bundleOf, collectedRun, SETTINGS} from '../../../../support/engine/collected-run.js'
import type {ReplayLine} from '../../../../support/oracle/shapes.js'

/** Any disorder is accepted: what is explained is the truth at the end. */
export const PATIENT = {...SETTINGS, time: {...SETTINGS.time, allowedLateness: Number.MAX_SAFE_INTEGER / 2}}

export interface Case {
  readonly rule: object
  /** Lists and rates. */
  readonly files: readonly unknown[]
  readonly lines: readonly ReplayLine[]
}

/** Explains the rule for an event of a stream. */
export async function explained(
  {rule, files, lines}: Case,
  anchor: DecodedEvent,
): Promise<AnchorExplanation> {
  const bundle = bundleOf([rule, ...files], PATIENT)
  const decoding = {streams: bundle.streams, eventLimit: 256 * 1024, panExempt: new Set<string>()}
  const recorded = await recordedScene(blocks(lines), bundle, decoding, anchor)
  if (recorded === undefined) throw new Error(`${anchor.id} was not accepted`)
  const trial = new Trial(bundle.sources[0] as RuleSource, recorded.scene)
  return explainAnchor(trial, bundle.rules[0] as Rule, recorded.anchor)
}

/** The events of the rule's anchors' stream. */
export function anchorsOf({rule, files, lines}: Case): readonly DecodedEvent[] {
  const bundle = bundleOf([rule, ...files], PATIENT)
  const decode = compileDecode({streams: bundle.streams, eventLimit: 256 * 1024, panExempt: new Set()})
  return lines.flatMap(({stream, event}) => {
    const decoded = decode(stream, event, JSON.stringify(event))
    return isRefusal(decoded) || stream !== bundle.rules[0]?.form.anchorStream ? [] : [decoded]
  })
}

/** Whether the engine alerts an anchor. */
export async function isAlerted({rule, files, lines}: Case, id: string): Promise<boolean> {
  const {collected} = await collectedRun(bundleOf([rule, ...files], PATIENT), lines)
  return collected.standing().some(({anchor}) => anchor.id === id)
}

async function* blocks(lines: readonly ReplayLine[]): AsyncGenerator<readonly Line[]> {
  if (lines.length > 0) yield lines.map((line) => Line.of(JSON.stringify(line)))
}
