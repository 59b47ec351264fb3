import {Line} from '../../../../../src/adapters/files/line-reader.js'
import {recordedScene} from '../../../../../src/app/rules/explain-scene.js'
import type {Bundle, RuleSource} from '../../../../../src/core/bundle/bundle.js'
import {decoderOf} from '../../../../../src/core/bundle/decoder-of.js'
import {type DecodedEvent, isRefusal} from '../../../../../src/core/event/decode.js'
import {
  type AnchorExplanation,
  explainAnchor,
} from '../../../../../src/core/rule/explanation/anchor-explanation.js'
import {Trial} from '../../../../../src/core/rule/explanation/trial/trial.js'
import type {Rule} from '../../../../../src/core/rule/rule.js'
import {bundleOf, collectedRun, SETTINGS} from '../../../../support/engine/collected-run.js'
import type {ReplayLine} from '../../../../support/oracle/shapes.js'

/** Any disorder is accepted: what is explained is the truth at the end. */
const PATIENT = {...SETTINGS, time: {...SETTINGS.time, allowedLateness: Number.MAX_SAFE_INTEGER / 2}}

/** A rule and what happened. */
export interface Case {
  readonly rule: object
  /** Lists and rates. */
  readonly files: readonly unknown[]
  readonly lines: readonly ReplayLine[]
  /** Limits on work, where they are not the usual ones. */
  readonly limits?: {readonly historyCap?: number; readonly stepBudget?: number}
}

/** Explains the rule for an event of its anchors' stream, given by its id. */
export async function explained(given: Case, id: string): Promise<AnchorExplanation> {
  const anchor = anchorsOf(given).find((event) => event.id === id)
  if (anchor === undefined) throw new Error(`no event ${id}`)
  const bundle = bundleFor(given)
  const recorded = await recordedScene(blocks(given.lines), bundle, anchor)
  if (recorded === undefined) throw new Error(`${id} was not accepted`)
  const trial = new Trial(bundle.sources[0] as RuleSource, recorded.scene)
  return explainAnchor(trial, bundle.rules[0] as Rule, recorded.anchor)
}

/** The events of the stream that the rule is about. */
export function anchorsOf(given: Case): readonly DecodedEvent[] {
  const bundle = bundleFor(given)
  const decode = decoderOf(bundle)
  return given.lines.flatMap(({stream, event}) => {
    const decoded = decode(stream, event, JSON.stringify(event))
    return isRefusal(decoded) || stream !== bundle.rules[0]?.form.anchorStream ? [] : [decoded]
  })
}

/** Whether an alert for an anchor stands when the engine has seen everything. */
export async function isAlerted(given: Case, id: string): Promise<boolean> {
  const {collected} = await collectedRun(bundleFor(given), given.lines)
  return collected.standing().some(({anchor}) => anchor.id === id)
}

function bundleFor({rule, files, limits}: Case): Bundle {
  return bundleOf([rule, ...files], {...PATIENT, ...limits})
}

async function* blocks(lines: readonly ReplayLine[]): AsyncGenerator<readonly Line[]> {
  if (lines.length > 0) yield lines.map((line) => Line.of(JSON.stringify(line)))
}
