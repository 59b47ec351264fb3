import type {StoredEvent} from '../../../event/stored-event.js'
import type {Clause} from '../../../expression/clauses.js'
import type {Condition} from '../../../expression/condition.js'
import {type Evaluation, FALSE, TRUE, type Truth} from '../../../expression/evaluation.js'
import type {Term} from '../../../expression/term.js'
import {truthOf, withAtoms} from '../condition/atoms.js'
import type {AtomSupposition} from './hypothesis.js'

/** The conditions of a rule, some of whose parts read otherwise for as long as that is supposed. */
export class SupposedConditions {
  private suppositions: readonly AtomSupposition[] = []
  private readonly rewritten = new Map<string, Term>()

  /** `originalOf` tells, of an event as it might be, the event as it is. */
  constructor(private readonly originalOf: (event: StoredEvent) => StoredEvent) {}

  suppose(suppositions: readonly AtomSupposition[]): void {
    this.suppositions = suppositions
    this.rewritten.clear()
  }

  /** A condition that a rule can take in the place of one of its own. */
  vary(condition: Condition, place: string): Condition {
    // What an event's bitset says of it holds for the event as it is only.
    const {testOne: _, ...rest} = condition
    const test = (evaluation: Evaluation): Truth => this.test(condition, place, evaluation)
    return {...rest, fixed: false, clauses: [], test}
  }

  private test(condition: Condition, place: string, evaluation: Evaluation): Truth {
    const here = this.suppositions.filter((each) => each.place === place && this.isBound(each, evaluation))
    if (here.length === 0) return condition.test(evaluation)
    let truth: Truth = TRUE
    for (const [index, clause] of condition.clauses.entries()) {
      const changes = here.filter((each) => each.clause === index)
      const part = truthOf(this.rewrite(clause, changes), evaluation)
      if (part === FALSE) return FALSE
      if (part !== TRUE) truth = part
    }
    return truth
  }

  private rewrite({term}: Clause, changes: readonly AtomSupposition[]): Term {
    const [first] = changes
    if (first === undefined) return term
    const places = changes.map((each) => this.suppositions.indexOf(each))
    const name = `${first.place} ${first.clause} ${places.join(' ')}`
    let rewritten = this.rewritten.get(name)
    if (rewritten === undefined) {
      rewritten = withAtoms(term, new Map(changes.map(({atom, becomes}) => [atom, becomes])))
      this.rewritten.set(name, rewritten)
    }
    return rewritten
  }

  private isBound({where}: AtomSupposition, {bound}: Evaluation): boolean {
    if (where === undefined) return true
    return [...where].every(([slot, event]) => {
      const at = bound[slot]
      return at !== undefined && this.originalOf(at) === event
    })
  }
}
