import type {StoredEvent} from '../../../event/stored-event.js'
import {TRANSACTIONS} from '../../../event/stream.js'
import type {Condition} from '../../../expression/condition.js'
import type {KeyView, Match} from '../../form.js'
import {holds} from '../../predicate.js'
import type {Rule} from '../../rule.js'
import type {VaryCondition} from '../../rule-compilation.js'
import type {RuleFile} from '../../rule-file.js'
import type {Names} from '../condition/term-text.js'
import {withField} from './changed-event.js'
import type {Hypothesis} from './hypothesis.js'
import {type RulePart, rulePartsOf} from './rule-parts.js'
import {type Scene, SceneView} from './scene.js'
import {SupposedConditions} from './supposed-conditions.js'

/** A rule that can be compiled anew with changes. */
export interface VariableRule {
  readonly match: RuleFile['match']
  readonly variant: (match: RuleFile['match'], vary: VaryCondition) => Rule | undefined
}

interface Variant {
  readonly rule: Rule
  readonly conditions: ReadonlyMap<string, Condition>
}

/** Event as it is → as it would be; undefined: it would not be. An event that comes in addition stands for itself. */
type Changes = ReadonlyMap<StoredEvent, StoredEvent | undefined>

/** A rule before one key's events, as they are and as they might be: always by the rule's own evaluation. */
export class Trial {
  readonly rule: Rule
  /** Its conditions as they are written. */
  readonly parts: readonly RulePart[]
  /** How the rule names its events, by slot: also those that must be absent. */
  readonly names: Names
  /** The events as they are. */
  readonly view: KeyView
  readonly match: RuleFile['match']
  private readonly asWritten: Variant
  private readonly originals = new WeakMap<StoredEvent, StoredEvent>()
  private readonly supposed = new SupposedConditions((event) => this.originals.get(event) ?? event)

  constructor(
    private readonly source: VariableRule,
    readonly scene: Scene,
  ) {
    this.match = source.match
    const variant = this.compile(source.match)
    if (variant === undefined) throw new RangeError('the rule does not compile; run tripline rules lint')
    this.asWritten = variant
    this.rule = variant.rule
    this.parts = rulePartsOf(source.match, variant.conditions)
    this.view = new SceneView(scene)
    this.names = namesBySlot(this.rule, this.parts)
  }

  /** What the rule finds for an anchor of its stream; undefined: it does not fire. */
  find(anchor: StoredEvent, hypothesis: Hypothesis = []): Match | undefined {
    const variant = this.variantFor(hypothesis)
    return variant === undefined ? undefined : this.findWith(variant, anchor, hypothesis)
  }

  /** Whether the rule fires for an anchor; undefined if what is supposed is no rule. */
  fires(anchor: StoredEvent, hypothesis: Hypothesis): boolean | undefined {
    const variant = this.variantFor(hypothesis)
    return variant === undefined ? undefined : this.findWith(variant, anchor, hypothesis) !== undefined
  }

  private findWith(variant: Variant, anchor: StoredEvent, hypothesis: Hypothesis): Match | undefined {
    const changes = this.changesOf(hypothesis)
    const subject = changes.has(anchor) ? changes.get(anchor) : anchor
    if (subject === undefined || !hasKey(variant.rule, subject)) return undefined
    const {form} = variant.rule
    const view = changes.size === 0 ? this.view : this.viewWith(changes)
    view.evaluation.anchorTime = subject.time
    this.supposed.suppose(hypothesis.filter((each) => each.kind === 'atom'))
    const match = holds(form.anchorWhen, subject, view) ? form.match(subject, view) : undefined
    this.supposed.suppose([])
    if (match === undefined) return undefined
    const evidence = match.evidence.map((each) => ({
      ...each,
      event: this.originals.get(each.event) ?? each.event,
    }))
    return {...match, evidence}
  }

  /** All events of a stream in the key's history that could go with an anchor, in the total order. */
  eventsOf(stream: string, anchor: StoredEvent): readonly StoredEvent[] {
    const {narrowedBy} = this.rule
    const rank = this.scene.streams.get(stream)?.rank
    const events = rank === undefined ? [] : (this.view.history.series(rank)?.events ?? [])
    if (narrowedBy === undefined) return events
    return events.filter(({fields}) => fields[narrowedBy] === anchor.fields[narrowedBy])
  }

  /** Whether the rule looks at what a transaction is worth both in its currency and in US dollars. */
  get usesBothAmounts(): boolean {
    const used = this.parts.flatMap(({condition}) => [...(condition.uses.fields.get(TRANSACTIONS) ?? [])])
    return used.includes('amount') && used.includes('amount_usd')
  }

  private variantFor(hypothesis: Hypothesis): Variant | undefined {
    const changes = new Map(
      hypothesis.flatMap((each) => (each.kind === 'match' ? [[each.part, each.change] as const] : [])),
    )
    if (changes.size === 0) return this.asWritten
    let {match} = this.source
    for (const change of changes.values()) match = change(match)
    return this.compile(match)
  }

  private compile(match: RuleFile['match']): Variant | undefined {
    const conditions = new Map<string, Condition>()
    const rule = this.source.variant(match, (condition, place) => {
      conditions.set(place, condition)
      return this.supposed.vary(condition, place)
    })
    return rule === undefined ? undefined : {rule, conditions}
  }

  private changesOf(hypothesis: Hypothesis): Changes {
    const changes = new Map<StoredEvent, StoredEvent | undefined>()
    for (const each of hypothesis) {
      if (each.kind === 'without') changes.set(each.event, undefined)
      if (each.kind === 'with') changes.set(each.event, each.event)
      if (each.kind !== 'field') continue
      const after = withField(changes.get(each.event) ?? each.event, each.field, each.value)
      this.originals.set(after, each.event)
      changes.set(each.event, after)
    }
    return changes
  }

  private viewWith(changes: Changes): KeyView {
    const {events, profiles} = this.scene
    const asChanged = (event: StoredEvent): readonly StoredEvent[] => {
      const other = changes.has(event) ? changes.get(event) : event
      return other === undefined ? [] : [other]
    }
    const known = new Set([...events, ...profiles])
    const added = [...changes.keys()].filter((event) => !known.has(event))
    return new SceneView({
      ...this.scene,
      events: [...events.flatMap(asChanged), ...added.flatMap(asChanged)],
      profiles: profiles.flatMap(asChanged),
    })
  }
}

/** Whether an event has the field by which the rule is keyed: one without belongs to no history. */
export function hasKey({key}: Rule, {fields}: StoredEvent): boolean {
  return key === 'user_id' || (fields[key] !== undefined && fields[key] !== '')
}

function namesBySlot({form}: Rule, parts: readonly RulePart[]): Names {
  const names = [...form.names]
  for (const {slot, as} of parts) names[slot] ??= as
  return names
}
