import type {StoredEvent} from '../event/stored-event.js'
import type {Condition} from '../expression/condition.js'
import {ERROR, TRUE, type Truth} from '../expression/evaluation.js'

/** No more distinct bitsets than this are shared; further ones are made anew. */
const SHARED_BITSETS = 65_536

interface BitsetNode {
  readonly next: Map<number, BitsetNode>
  bitset: readonly number[] | undefined
}

/** A single-event predicate. */
interface Entry {
  readonly bit: number
  readonly test: (event: StoredEvent) => Truth
  /** Indexes of the rules that use it. */
  readonly users: number[]
}

/** `field == "text"`: what a conjunction asks of one field, so that it is false for an event with any other text there. */
export interface Guard {
  readonly field: string
  readonly text: string
}

/** The predicates that share a guard's field. */
interface Guarded {
  readonly field: string
  readonly byText: Map<string, Entry[]>
  readonly all: Entry[]
}

/**
 * The single-event predicates of all rules on one stream. Equal predicates of different rules are one, each is
 * evaluated once, when the event arrives, and events with the same results share their bitset. A predicate that asks for a
 * certain text in a field is evaluated only for events that have it there, or that lack the field.
 */
export class PredicateTable {
  private readonly entryByName = new Map<string, Entry>()
  private readonly unguarded: Entry[] = []
  private readonly guarded: Guarded[] = []
  private readonly root: BitsetNode = {next: new Map(), bitset: undefined}
  private readonly words: number[] = []
  private shared = 0

  /** The bit of a test that a rule (by its index) uses. Tests of the same name are the same. */
  bitOf(name: string, test: Entry['test'], user: number, guard?: Guard | undefined): number {
    let entry = this.entryByName.get(name)
    if (entry === undefined) {
      entry = {bit: this.entryByName.size, test, users: []}
      this.entryByName.set(name, entry)
      this.place(entry, guard)
    }
    entry.users.push(user)
    return entry.bit
  }

  get size(): number {
    return this.entryByName.size
  }

  /** Evaluates all predicates on an event. `onMissing` hears of each rule one of whose conditions met a missing input. */
  evaluate(event: StoredEvent, onMissing: ((rule: number) => void) | undefined): readonly number[] {
    const {words} = this
    words.length = (this.size + 31) >>> 5
    words.fill(0)
    this.evaluateEach(this.unguarded, event, onMissing)
    for (const {field, byText, all} of this.guarded) {
      const value = event.fields[field]
      const entries = value === undefined ? all : byText.get(value as string)
      if (entries !== undefined) this.evaluateEach(entries, event, onMissing)
    }
    return this.share(words)
  }

  private evaluateEach(
    entries: readonly Entry[],
    event: StoredEvent,
    onMissing: ((rule: number) => void) | undefined,
  ): void {
    const {words} = this
    for (const {bit, test, users} of entries) {
      const truth = test(event)
      if (truth === TRUE) words[bit >>> 5] = (words[bit >>> 5] as number) | (1 << (bit & 31))
      else if (truth === ERROR && onMissing !== undefined) users.forEach(onMissing)
    }
  }

  private place(entry: Entry, guard: Guard | undefined): void {
    if (guard === undefined) {
      this.unguarded.push(entry)
      return
    }
    let guarded = this.guarded.find(({field}) => field === guard.field)
    if (guarded === undefined) {
      guarded = {field: guard.field, byText: new Map(), all: []}
      this.guarded.push(guarded)
    }
    guarded.all.push(entry)
    const entries = guarded.byText.get(guard.text)
    if (entries === undefined) guarded.byText.set(guard.text, [entry])
    else entries.push(entry)
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

const PLAIN_TEXT = /^(["'])([^"'\\]*)\1$/

/** A guard among the parts that a condition on one event joins with &&; undefined if there is none. */
export function guardOf({clauses}: Condition): Guard | undefined {
  for (const {subject} of clauses) {
    if (subject?.kind !== 'field' || subject.operator !== '==' || subject.slots.length !== 1) continue
    // A field of the event itself, not one of an object that it holds.
    const [, field] = /^\w+\.(\w+)$/.exec(subject.text) ?? []
    const [, , text] = PLAIN_TEXT.exec(subject.boundText) ?? []
    if (field !== undefined && field !== 'event_time' && text !== undefined) return {field, text}
  }
  return undefined
}
