import type {StoredEvent} from '../event/stored-event.js'
import type {Rule} from './rule.js'

/**
 * The rules that name one stream, found by the predicates that an event satisfies: a rule costs nothing for an event that
 * satisfies none of its own.
 */
export class ConcernedRules {
  /** Concerned by every event of the stream. */
  private readonly always: Rule[] = []
  private readonly byBit: (Rule[] | undefined)[] = []
  private readonly found: Rule[] = []
  /** By rule index: the number of the search that found it last. */
  private readonly foundIn: number[] = []
  private searches = 0

  constructor(
    readonly all: readonly Rule[],
    rank: number,
  ) {
    for (const rule of all) {
      const bits = rule.form.concernBits(rank)
      if (bits === undefined) this.always.push(rule)
      else for (const bit of bits) this.list(bit, rule)
    }
  }

  /** The rules that an event may concern, in the order of the running set. Valid until the next call. */
  of({predicates}: StoredEvent): readonly Rule[] {
    const {found, always, byBit} = this
    this.searches++
    found.length = 0
    for (const rule of always) found.push(rule)
    for (let i = 0; i < predicates.length; i++) {
      for (let word = predicates[i] as number; word !== 0; word &= word - 1) {
        const rules = byBit[i * 32 + 31 - Math.clz32(word & -word)]
        if (rules !== undefined) for (const rule of rules) this.find(rule)
      }
    }
    return found.length > 1 ? found.sort(byIndex) : found
  }

  private find(rule: Rule): void {
    if (this.foundIn[rule.index] === this.searches) return
    this.foundIn[rule.index] = this.searches
    this.found.push(rule)
  }

  private list(bit: number, rule: Rule): void {
    const rules = this.byBit[bit]
    if (rules === undefined) this.byBit[bit] = [rule]
    else if (!rules.includes(rule)) rules.push(rule)
  }
}

function byIndex(a: Rule, b: Rule): number {
  return a.index - b.index
}
