import type {Line} from '../../adapters/files/line-reader.js'
import type {Bundle} from '../../core/bundle/bundle.js'
import {stageKeyOf} from '../../core/bundle/rule-set.js'
import type {DecodedEvent} from '../../core/event/decode.js'
import type {StoredEvent} from '../../core/event/stored-event.js'
import type {Scene} from '../../core/rule/explanation/trial/scene.js'
import type {Rule} from '../../core/rule/rule.js'
import type {AcceptedEvent} from '../../engine/operator/batch.js'
import {runReplay} from '../replay/run-replay.js'

/** What a rule looks at, and the event that it is asked about, as the engine accepted them. */
export interface RecordedScene {
  readonly scene: Scene
  readonly anchor: StoredEvent
}

/**
 * Lets the engine accept recorded lines, and keeps what the only rule of a bundle looks at for an anchor. Undefined if
 * the anchor was not accepted.
 */
export async function recordedScene(
  lines: AsyncIterable<readonly Line[]>,
  bundle: Bundle,
  anchor: DecodedEvent,
): Promise<RecordedScene | undefined> {
  const [rule] = bundle.rules as [Rule]
  const accepted: AcceptedEvent[] = []
  await runReplay({
    lines,
    // Which events are accepted does not depend on rules: they need not run.
    bundle: {...bundle, ruleSets: new Map()},
    publisher: {publish: async () => {}},
    onBatch: (batch) => void accepted.push(...batch.accepted),
  })
  const {stream, id, key} = anchor
  const found = accepted.find(
    ({event, state}) => event.id === id && event.stream === stream.name && state?.key === key,
  )
  if (found === undefined) return undefined
  const profiles = accepted.filter(({state}) => state === undefined).map(({event}) => event)
  const events =
    stageKeyOf(rule) === 'user_id'
      ? eventsWith(accepted, found)
      : eventsByKey(accepted, rule, found, streamsOf(rule, bundle))
  const {streams, rates, settings} = bundle
  const views = {features: bundle.features, keyField: stageKeyOf(rule)}
  const scene = {events, profiles, streams, rates, settings, views}
  return {scene, anchor: found.event}
}

/** The events of one history. */
function eventsWith(accepted: readonly AcceptedEvent[], {state}: AcceptedEvent): readonly StoredEvent[] {
  return accepted.filter((each) => each.state === state).map(({event}) => event)
}

/** The events of all users with the anchor's merchant, device or address. Of two with the same id the first stands. */
function eventsByKey(
  accepted: readonly AcceptedEvent[],
  {key}: Rule,
  {event: anchor}: AcceptedEvent,
  streams: ReadonlySet<string>,
): readonly StoredEvent[] {
  const value = anchor.fields[key]
  if (typeof value !== 'string' || value === '') return [anchor]
  const byId = new Map<string, StoredEvent>()
  for (const {event, state} of accepted) {
    const isOfRule = state !== undefined && streams.has(event.stream) && event.fields[key] === value
    const id = JSON.stringify([event.stream, event.id])
    if (isOfRule && !byId.has(id)) byId.set(id, event)
  }
  return [...byId.values()]
}

/** The streams that a rule looks at, and those that the features of its key count. */
function streamsOf({form, key}: Rule, {features}: Bundle): ReadonlySet<string> {
  const ofKey = features.plans.filter(({entity}) => entity === key)
  return new Set([...form.streams, ...ofKey.flatMap(({logs}) => logs.map(({stream}) => stream))])
}
