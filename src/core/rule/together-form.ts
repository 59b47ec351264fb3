import {compareEvents} from '../event/order.js'
import type {StoredEvent} from '../event/stored-event.js'
import type {Condition} from '../expression/condition.js'
import {TRUE} from '../expression/evaluation.js'
import type {Evidence, Form, KeyView, Match, Predicate, StreamPlace} from './form.js'
import {PartnerCheck} from './partner-check.js'
import {bindJoins, concernBitsOf, conditionHolds, holds, mayHold} from './predicate.js'

/** One of the events that must come together. Its place in the list is its slot. */
export interface TogetherItem {
  readonly as: string
  readonly stream: StreamPlace
  /** What the event must satisfy whatever the others are. */
  readonly when: Predicate | undefined
  /** The whole condition, where it also names other items. */
  readonly across: Condition | undefined
  /** The slot of the item that must precede this one in the total order. */
  readonly after: number | undefined
}

export interface TogetherFormParts {
  readonly items: readonly TogetherItem[]
  /** Slot of the item that the alert is about. */
  readonly anchor: number
  /** Greatest distance in time between the first and the last of the events, in ms; inclusive. */
  readonly within: number
  readonly narrowedBy: string | undefined
}

/**
 * Fires for an anchor if there are distinct events, one per item, each satisfying its condition, with
 * max t − min t ≤ within. The evidence is the assignment that is complete first, so that later events do not
 * change it; among those, in listed order, the newest event for each item.
 */
export function togetherForm(parts: TogetherFormParts): Form {
  const {items, anchor: anchorSlot, within} = parts
  const anchorItem = items[anchorSlot] as TogetherItem
  const plan = bindingPlan(items, anchorSlot)
  const checks = partnerChecks(parts)
  return {
    kind: 'together',
    streams: [...new Set(items.map(({stream}) => stream.name))],
    anchorStream: anchorItem.stream.name,
    anchorRank: anchorItem.stream.rank,
    anchorWhen: anchorItem.when,
    lookback: items.every((_, slot) => slot === anchorSlot || precedes(items, anchorSlot, slot)) ? 0 : within,
    lookahead: items.every((_, slot) => slot === anchorSlot || precedes(items, slot, anchorSlot))
      ? 0
      : within,
    names: items.map(({as}) => as),
    conditions: items.flatMap(({when, across}, slot) => {
      const condition = across ?? when?.condition
      return condition === undefined ? [] : [{condition, joinSlot: slot}]
    }),
    concernBits: (rank) =>
      concernBitsOf(items.filter(({stream}) => stream.rank === rank).map(({when}) => when)),
    canTakeIn: (anchor, entered, view) => canTakeIn(parts, anchor, entered, view),
    match: (anchor, view) =>
      checks.every((check) => check.mayFind(anchor, view))
        ? new Search(parts, plan, anchor, view).run()
        : undefined,
    bind: (anchor: StoredEvent, match: Match, view: KeyView) => {
      const {evaluation} = view
      evaluation.anchorTime = anchor.time
      for (const {slot, event} of match.evidence) evaluation.bound[slot] = event
      for (const [slot, {when, across}] of items.entries()) {
        const joined = evaluation.bound[slot] as StoredEvent
        if (when !== undefined) bindJoins(when.condition, joined, view)
        if (across !== undefined) bindJoins(across, joined, view)
      }
    },
  }
}

/** What each of the other items has to fulfil together with the anchor, whatever the rest is. */
function partnerChecks({items, anchor, within, narrowedBy}: TogetherFormParts): readonly PartnerCheck[] {
  const reach = {
    anchorSlot: anchor,
    anchorRank: (items[anchor] as TogetherItem).stream.rank,
    within,
    narrowedBy,
  }
  return items.flatMap(({stream, when}, slot) => {
    if (slot === anchor) return []
    const conditions = [slot, anchor].flatMap((owner) => {
      const condition = items[owner]?.across
      return condition === undefined || !condition.slots.includes(slot) ? [] : [{condition, owner}]
    })
    return conditions.flatMap(({condition, owner}) => {
      const isOfAnchor = owner === anchor
      return PartnerCheck.of({slot, stream, when, condition, isOfAnchor}, reach) ?? []
    })
  })
}

/** Whether `after`, followed from item to item, makes one item come before another. */
function precedes(items: readonly TogetherItem[], earlier: number, later: number): boolean {
  let at = items[later]?.after
  for (let steps = 0; at !== undefined && steps < items.length; steps++) {
    if (at === earlier) return true
    at = items[at]?.after
  }
  return false
}

/** Whether the anchor and an event that entered agree with each other, as one of the other items. */
function canTakeIn(
  {items, anchor: anchorSlot, within}: TogetherFormParts,
  anchor: StoredEvent,
  entered: StoredEvent,
  view: KeyView,
): boolean {
  if (Math.abs(entered.time - anchor.time) > within) return false
  const {bound} = view.evaluation
  for (const [slot, {stream, when, across, after}] of items.entries()) {
    if (slot === anchorSlot || stream.rank !== entered.rank || !mayHold(when, entered)) continue
    const follows = compareEvents(entered, anchor) > 0
    if ((after === anchorSlot && !follows) || (items[anchorSlot]?.after === slot && follows)) continue
    if (across === undefined || across.slots.some((named) => named !== slot && named !== anchorSlot))
      return true
    bound[slot] = entered
    bound[anchorSlot] = anchor
    view.evaluation.anchorTime = anchor.time
    bindJoins(across, entered, view)
    if (across.test(view.evaluation) === TRUE) return true
  }
  return false
}

/** At each depth of the search: the slot to bind, and what can be checked once it is bound. */
interface BindingStep {
  readonly slot: number
  /** Slots of items whose `across` names nothing that is still unbound. */
  readonly across: readonly number[]
  /** [earlier, later] pairs of slots that both are bound now. */
  readonly orders: readonly (readonly [number, number])[]
}

/** The anchor is bound first, then the items in listed order; everything is checked as soon as it can be. */
function bindingPlan(items: readonly TogetherItem[], anchorSlot: number): readonly BindingStep[] {
  const slots = [anchorSlot, ...items.keys()].filter((slot, i, all) => all.indexOf(slot) === i)
  const depthOf = (slot: number): number => slots.indexOf(slot)
  return slots.map((slot, depth) => ({
    slot,
    across: [...items.keys()].filter((s) => {
      const across = items[s]?.across
      return across !== undefined && Math.max(depthOf(s), ...across.slots.map(depthOf)) === depth
    }),
    orders: [...items.keys()].flatMap((later) => {
      const earlier = items[later]?.after
      return earlier !== undefined && Math.max(depthOf(later), depthOf(earlier)) === depth
        ? [[earlier, later] as const]
        : []
    }),
  }))
}

/** One search for the evidence of one anchor. */
class Search {
  private readonly candidates: (readonly StoredEvent[])[] = []
  private readonly bound: (StoredEvent | undefined)[]
  private truncated = false
  private steps = 0
  /** The event that completes the assignment: none of its events comes later. */
  private last: StoredEvent
  private lastIsBound = false

  constructor(
    private readonly parts: TogetherFormParts,
    private readonly plan: readonly BindingStep[],
    private readonly anchor: StoredEvent,
    private readonly view: KeyView,
  ) {
    this.bound = view.evaluation.bound
    this.last = anchor
  }

  run(): Match | undefined {
    this.view.evaluation.anchorTime = this.anchor.time
    for (const slot of this.parts.items.keys()) this.bound[slot] = undefined
    for (const slot of this.parts.items.keys()) {
      this.candidates[slot] = slot === this.parts.anchor ? [this.anchor] : this.candidatesFor(slot)
      if (this.candidates[slot]?.length === 0) return undefined
    }
    let found = false
    for (const last of this.completions()) {
      this.last = last
      this.lastIsBound = false
      found = this.bindFrom(0)
      if (found || this.outOfBudget) break
    }
    if (this.truncated || this.outOfBudget) this.view.countTruncated()
    return found ? {evidence: this.evidence(), truncated: this.truncated} : undefined
  }

  private get outOfBudget(): boolean {
    return this.steps > this.view.limits.stepBudget
  }

  /** Events that may fill an item, in the total order. */
  private candidatesFor(slot: number): readonly StoredEvent[] {
    const {items, within, narrowedBy} = this.parts
    const {stream, when} = items[slot] as TogetherItem
    const series = this.view.history.series(stream.rank)
    if (series === undefined) return []
    const {events} = series
    const shared = narrowedBy === undefined ? undefined : this.anchor.fields[narrowedBy]
    let from = series.firstAtOrAfter(this.anchor.time - within)
    const to = series.firstAtOrAfter(this.anchor.time + within + 1)
    const capped = series.firstAtOrAfter(this.anchor.time) - this.view.limits.historyCap
    if (from < capped) {
      from = capped
      this.truncated = true
    }
    const candidates: StoredEvent[] = []
    for (let i = from; i < to; i++) {
      const event = events[i] as StoredEvent
      if (event === this.anchor) continue
      if (narrowedBy !== undefined && event.fields[narrowedBy] !== shared) continue
      if (holds(when, event, this.view)) candidates.push(event)
    }
    this.bound[slot] = undefined
    return candidates
  }

  /** The events that could complete an assignment, the earliest first: the anchor, then the candidates after it. */
  private completions(): readonly StoredEvent[] {
    const completions = [this.anchor]
    for (const candidates of this.candidates) {
      for (let i = candidates.length - 1; i >= 0; i--) {
        const candidate = candidates[i] as StoredEvent
        if (compareEvents(candidate, this.anchor) <= 0) break
        if (!completions.includes(candidate)) completions.push(candidate)
      }
    }
    return completions.length === 1 ? completions : completions.sort(compareEvents)
  }

  /** Binds the items from `depth` of the plan on, the newest event first. False leaves nothing bound from there. */
  private bindFrom(depth: number): boolean {
    const step = this.plan[depth]
    if (step === undefined) return true
    const candidates = this.candidates[step.slot] as readonly StoredEvent[]
    const earliest = this.last.time - this.parts.within
    const mustBeLast = depth === this.plan.length - 1 && !this.lastIsBound && depth > 0
    for (let i = candidates.length - 1; i >= 0; i--) {
      const candidate = candidates[i] as StoredEvent
      if (candidate.time < earliest) break
      const order = compareEvents(candidate, this.last)
      if (order > 0) continue
      if (order < 0 && mustBeLast) break
      if (++this.steps > this.view.limits.stepBudget) return false
      if (this.isBound(candidate)) continue
      this.bound[step.slot] = candidate
      const wasBound = this.lastIsBound
      if (order === 0) this.lastIsBound = true
      if (this.agrees(step) && this.bindFrom(depth + 1)) return true
      this.lastIsBound = wasBound
      this.bound[step.slot] = undefined
      if (this.outOfBudget) return false
    }
    return false
  }

  private isBound(event: StoredEvent): boolean {
    for (let slot = 0; slot < this.parts.items.length; slot++) if (this.bound[slot] === event) return true
    return false
  }

  private agrees({across, orders}: BindingStep): boolean {
    for (const [earlier, later] of orders) {
      if (compareEvents(this.bound[earlier] as StoredEvent, this.bound[later] as StoredEvent) >= 0)
        return false
    }
    for (const slot of across) {
      const condition = (this.parts.items[slot] as TogetherItem).across as Condition
      if (!conditionHolds(condition, this.bound[slot] as StoredEvent, this.view)) return false
    }
    return true
  }

  private evidence(): readonly Evidence[] {
    return this.parts.items
      .map(({as}, slot) => ({as, slot, event: this.bound[slot] as StoredEvent}))
      .sort((a, b) => compareEvents(a.event, b.event))
  }
}
