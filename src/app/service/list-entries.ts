import type {TimelineReader} from '../../adapters/http/timeline-reader.js'
import type {Actor} from '../../core/case/audit-record.js'
import type {ListEntry} from '../../core/case/case-change.js'
import type {CaseView} from '../../core/case/case-view.js'
import type {TimelineEvent} from '../../core/case/timeline.js'
import type {KeyField} from '../../core/event/stream.js'
import {formatTime, type WallTime} from '../../core/event/time.js'
import type {Clock} from '../../engine/port/clock.js'
import type {Config} from '../config/config.js'
import type {RuleActivation} from './rule-activation.js'

export interface ListEntriesParts {
  readonly config: Config
  readonly timelines: TimelineReader
  readonly rules: Pick<RuleActivation, 'activate'>
  readonly clock: Clock
}

/**
 * Puts what a fraudulent case names into the lists that the configuration says, and gives the entries: the key of the case,
 * or fields of the events that its standing alerts are about. A field that no rule or feature asks for is not kept, and so
 * not found. Rejects with a RulesRefusedError.
 */
export async function listEntries(
  view: CaseView,
  by: Actor,
  {config, timelines, rules, clock}: ListEntriesParts,
): Promise<readonly ListEntry[]> {
  const {lists} = config.cases
  if (lists.length === 0) return []
  const {entity} = view
  const events = anchorsOf(view, await timelines.events(entity.name as KeyField, entity.value))
  const entries = lists.flatMap(({list, field, forMs}) => {
    const expires = formatTime((clock.now() + forMs) as WallTime)
    const values = field === entity.name ? [entity.value] : textsIn(events, field)
    return values.map((value) => ({list, value, expires}))
  })
  if (entries.length > 0) await rules.activate({by, backfill: [], amendment: {entries}})
  return entries
}

function anchorsOf({alerts}: CaseView, events: readonly TimelineEvent[]): readonly TimelineEvent[] {
  const standing = alerts.filter((alert) => alert.standing)
  return events.filter(({stream, id}) =>
    standing.some(({anchor}) => anchor.stream === stream && anchor.id === id),
  )
}

function textsIn(events: readonly TimelineEvent[], field: string): readonly string[] {
  const values = events.map(({fields}) => fields[field])
  return [...new Set(values.filter((value) => typeof value === 'string' && value !== ''))] as string[]
}
