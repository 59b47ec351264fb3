import type {StoredEvent} from '../event/stored-event.js'
import {ERROR, TRUE, type Truth} from '../expression/evaluation.js'

/** No more distinct bitsets than this are shared; further ones are made anew. */
const SHARED_BITSETS = 65_536

interface BitsetNode {
  readonly next: Map<number, BitsetNode>
  bitset: readonly number[] | undefined
}

/**
 * The single-event predicates of all rules on one stream. Equal predicates of different rules are one, each is
 * evaluated once, when the event arrives, and events with the same results share their bitset.
 */
export class PredicateTable {
  private readonly bitByName = new Map<string, number>()
  private readonly tests: ((event: StoredEvent) => Truth)[] = []
  /** By bit: indexes of the rules that use the predicate. */
  private readonly users: number[][] = []
  private readonly root: BitsetNode = {next: new Map(), bitset: undefined}
  private readonly words: number[] = []
  private shared = 0

  /** The bit of a test that a rule (by its index) uses. Tests of the same name are the same. */
  bitOf(name: string, testOne: (event: StoredEvent) => Truth, user: number): number {
    let bit = this.bitByName.get(name)
    if (bit === undefined) {
      bit = this.tests.length
      this.bitByName.set(name, bit)
      this.tests.push(testOne)
      this.users.push([])
    }
    this.users[bit]?.push(user)
    return bit
  }

  get size(): number {
    return this.tests.length
  }

  /** Evaluates all predicates on an event. `onMissing` hears of each rule one of whose conditions met a missing input. */
  evaluate(event: StoredEvent, onMissing: ((rule: number) => void) | undefined): readonly number[] {
    const {tests, words} = this
    words.length = 0
    let word = 0
    for (let bit = 0; bit < tests.length; bit++) {
      const truth = (tests[bit] as (event: StoredEvent) => Truth)(event)
      if (truth === TRUE) word |= 1 << (bit & 31)
      else if (truth === ERROR && onMissing !== undefined) this.users[bit]?.forEach(onMissing)
      if ((bit & 31) === 31) {
        words.push(word)
        word = 0
      }
    }
    if ((tests.length & 31) !== 0) words.push(word)
    return this.share(words)
  }

  private share(words: readonly number[]): readonly number[] {
    let node = this.root
    for (const word of words) {
      let next = node.next.get(word)
      if (next === undefined) {
        if (this.shared >= SHARED_BITSETS) return [...words]
        next = {next: new Map(), bitset: undefined}
        node.next.set(word, next)
      }
      node = next
    }
    if (node.bitset === undefined) {
      node.bitset = [...words]
      this.shared++
    }
    return node.bitset
  }
}
