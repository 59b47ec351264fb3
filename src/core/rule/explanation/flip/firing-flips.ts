import type {StoredEvent} from '../../../event/stored-event.js'
import {TRUE} from '../../../expression/evaluation.js'
import type {Match} from '../../form.js'
import type {Change, ToldChange} from '../change/change.js'
import {togglesOf} from '../change/toggle.js'
import {conditionChange} from '../change/value-change.js'
import {atomsOf, truthOf} from '../condition/atoms.js'
import type {SeenAtom} from '../condition/seen-atom.js'
import {type Assignment, assignmentOf, see} from '../trial/assignment.js'
import type {RulePart} from '../trial/rule-parts.js'
import type {Trial} from '../trial/trial.js'
import {distinctFlips, type Flip} from './flip.js'
import {FlipSearch, together} from './flip-search.js'
import {shorterReach} from './reach.js'
import {sequenceBreaks} from './sequence-breaks.js'

/** Of so many assignments that hold one after the other, each is broken in turn; beyond, nothing is promised. */
const MOST_ASSIGNMENTS = 4

/** What would have to be different for a rule not to fire for an anchor for which it does: each flip by itself. */
export function firingFlips(trial: Trial, anchor: StoredEvent, match: Match): readonly Flip[] {
  const search = new FlipSearch(trial, anchor, false)
  const assignment = assignmentOf(trial, anchor, match)
  const breaking = trial.parts
    .filter(({role}) => role === 'bound')
    .flatMap((part) =>
      [...part.condition.clauses.keys()].flatMap((clause) =>
        clauseBreaks(trial, search, {part, clause, assignment}, anchor),
      ),
    )
  const changes = [
    ...breaking,
    ...shorterReach(trial, search, assignment, match),
    ...sequenceBreaks(trial, search, assignment),
  ]
  return distinctFlips(changes.map((each) => ({outcome: 'does_not_fire', changes: each})))
}

type SeenClause = Omit<SeenAtom, 'atom'>

/** The changes of one clause that break every match; of one with several atoms, of each or of all of them. */
function clauseBreaks(
  trial: Trial,
  search: FlipSearch,
  seen: SeenClause,
  anchor: StoredEvent,
): readonly (readonly ToldChange[])[] {
  const {part, clause} = seen
  const term = part.condition.clauses[clause]?.term
  const atoms = term === undefined ? [] : atomsOf(term)
  const single = atoms.flatMap((atom) =>
    togglesOf(trial, {...seen, atom}).flatMap((change) => {
      const proven = search.proven([change]) ?? brokenInTurn(trial, search, {...seen, atom}, change, anchor)
      return proven === undefined ? [] : [proven]
    }),
  )
  if (single.length > 0 || term === undefined) return single
  const all = atoms.flatMap((atom) => togglesOf(trial, {...seen, atom}).slice(0, 1))
  const blunt = [conditionChange(trial, {...seen, atom: term}, false)]
  const proven = search.proven(all) ?? search.proven(blunt)
  return proven === undefined ? [] : [proven]
}

/** Where another assignment holds once one is broken, breaks that too: the same part of the condition, for other events. */
function brokenInTurn(
  trial: Trial,
  search: FlipSearch,
  seen: SeenAtom,
  first: Change,
  anchor: StoredEvent,
): readonly ToldChange[] | undefined {
  const changes = [first]
  let {assignment} = seen
  while (changes.length < MOST_ASSIGNMENTS) {
    const match = trial.find(anchor, together(changes))
    if (match === undefined) return undefined
    const next = assignmentOf(trial, anchor, match)
    if (!concernsOthers(seen.part, assignment, next)) return undefined
    assignment = next
    const isTrue = truthOf(seen.atom, see(next, seen.part, trial.view)) === TRUE
    const [change] = isTrue ? togglesOf(trial, {...seen, assignment: next}) : []
    if (change === undefined) return undefined
    changes.push(change)
    const proven = search.proven(changes)
    if (proven !== undefined) return proven
  }
  return undefined
}

/** Whether a condition is about other events in one assignment than in another. */
function concernsOthers({slot, condition}: RulePart, a: Assignment, b: Assignment): boolean {
  return [slot, ...condition.slots].some((each) => a.bound[each] !== b.bound[each])
}
