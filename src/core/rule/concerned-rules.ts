import type {StoredEvent} from '../event/stored-event.js'
import type {Rule} from './rule.js'

/**
 * The rules that name one stream, found by the predicates that an event satisfies: a rule costs nothing for an event that
 * satisfies none of its own. Sets of rules are bitsets: bit r of word r >> 5 stands for rule r of `all`.
 */
export class ConcernedRules {
  /** Concerned by every event of the stream. */
  private readonly always: Int32Array
  /** By predicate: the rules that it concerns. */
  private readonly byBit: (Int32Array | undefined)[] = []
  private readonly concerned: Int32Array
  private readonly found: Rule[] = []

  /** `all`: in the order of the running set. */
  constructor(
    readonly all: readonly Rule[],
    rank: number,
  ) {
    this.always = this.noRules()
    this.concerned = this.noRules()
    for (const [r, rule] of all.entries()) {
      const bits = rule.form.concernBits(rank)
      if (bits === undefined) put(this.always, r)
      for (const bit of bits ?? []) {
        const rules = this.byBit[bit] ?? this.noRules()
        this.byBit[bit] = rules
        put(rules, r)
      }
    }
  }

  /** The rules that an event may concern, in the order of the running set. Valid until the next call. */
  of({predicates}: StoredEvent): readonly Rule[] {
    const {all, always, byBit, concerned, found} = this
    concerned.set(always)
    for (let i = 0; i < predicates.length; i++) {
      for (let word = predicates[i] as number; word !== 0; word &= word - 1) {
        const rules = byBit[i * 32 + lowestBit(word)]
        if (rules === undefined) continue
        for (let w = 0; w < rules.length; w++) (concerned[w] as number) |= rules[w] as number
      }
    }
    found.length = 0
    for (let w = 0; w < concerned.length; w++) {
      for (let word = concerned[w] as number; word !== 0; word &= word - 1)
        found.push(all[w * 32 + lowestBit(word)] as Rule)
    }
    return found
  }

  private noRules(): Int32Array {
    return new Int32Array((this.all.length + 31) >>> 5)
  }
}

function put(rules: Int32Array, rule: number): void {
  ;(rules[rule >>> 5] as number) |= 1 << (rule & 31)
}

function lowestBit(word: number): number {
  return 31 - Math.clz32(word & -word)
}
