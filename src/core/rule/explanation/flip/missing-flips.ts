import {TRUE} from '../../../expression/evaluation.js'
import type {Term} from '../../../expression/term.js'
import type {Change, Ways} from '../change/change.js'
import {togglesOf} from '../change/toggle.js'
import {conditionChange} from '../change/value-change.js'
import {atomsOf, truthOf} from '../condition/atoms.js'
import type {ClauseFailure, Failure, NearMiss} from '../near-miss/failure.js'
import {see} from '../trial/assignment.js'
import type {Trial} from '../trial/trial.js'
import {distinctFlips, type Flip} from './flip.js'
import {FlipSearch} from './flip-search.js'
import {repairsOfForm} from './form-repairs.js'
import {longerSpan} from './reach.js'

/** Of the ways to mend several failures at once, so many are tried. */
const MOST_COMBINATIONS = 48
const MOST_FLIPS = 6
/** That it takes so many changes is worth one example. */
const MANY_CHANGES = 3

/** What would have to be different for a rule to fire for an anchor for which it does not: each flip by itself. */
export function missingFlips(trial: Trial, nearest: NearMiss): readonly Flip[] {
  const {failures} = nearest
  const search = new FlipSearch(trial, nearest.assignment.anchor, true)
  const telling = provenOf(
    search,
    failures.map((failure) => repairsOf(trial, nearest, failure)),
  )
  const longer = longerSpan(trial, search, nearest.assignment.anchor)
  const flips = [...telling, ...longer.map((changes) => ({outcome: 'fires' as const, changes}))]
  if (flips.length > 0) return flips
  return provenOf(
    search,
    failures.map((failure) => bluntRepairsOf(trial, nearest, failure)),
  )
}

/** The repairs that do it by themselves, and those that do it together, one for each failure. */
function provenOf(search: FlipSearch, repairs: readonly Ways[]): readonly Flip[] {
  const flips: Flip[] = []
  const told = new Set<string>()
  for (const changes of [...repairs.flat(), ...combinations(repairs)]) {
    if (flips.length >= (changes.length < MANY_CHANGES ? MOST_FLIPS : 1)) continue
    const proven = search.proven(changes) ?? search.proven(changes.toReversed())
    if (proven === undefined || told.has(JSON.stringify(proven))) continue
    told.add(JSON.stringify(proven))
    flips.push({outcome: 'fires', changes: proven})
  }
  return withoutRedundant(distinctFlips(flips))
}

/** The ways to mend one failure, the most telling first. */
function repairsOf(trial: Trial, nearest: NearMiss, failure: Failure): Ways {
  return failure.kind === 'clause'
    ? clauseRepairs(trial, nearest, failure)
    : repairsOfForm(trial, nearest, failure)
}

/** A clause would hold, whatever it takes. */
function bluntRepairsOf(trial: Trial, nearest: NearMiss, failure: Failure): Ways {
  if (failure.kind !== 'clause') return repairsOfForm(trial, nearest, failure)
  const {part, clause} = failure
  const term = part.condition.clauses[clause]?.term
  if (term === undefined) return []
  return [[conditionChange(trial, {part, clause, atom: term, assignment: nearest.assignment}, true)]]
}

/** One atom of the clause turns; else all those that are not true do. */
function clauseRepairs(trial: Trial, {assignment}: NearMiss, {part, clause}: ClauseFailure): Ways {
  const term = part.condition.clauses[clause]?.term
  const atoms = term === undefined ? [] : atomsOf(term)
  const toggles = (atom: Term): readonly Change[] => togglesOf(trial, {part, clause, atom, assignment})
  const single = atoms.flatMap((atom) => toggles(atom).map((change) => [change]))
  if (atoms.length < 2) return single
  const evaluation = see(assignment, part, trial.view)
  const unmet = atoms.filter((atom) => truthOf(atom, evaluation) !== TRUE)
  return [...single, unmet.flatMap((atom) => toggles(atom).slice(0, 1))]
}

/** One repair for each failure. */
function combinations(repairs: readonly Ways[]): Ways {
  if (repairs.length < 2) return []
  let combined: Ways = [[]]
  for (const ways of repairs)
    combined = combined.flatMap((sofar) => ways.map((way) => [...sofar, ...way])).slice(0, MOST_COMBINATIONS)
  return combined
}

/** A flip says nothing new if another one needs only some of its changes. */
function withoutRedundant(flips: readonly Flip[]): readonly Flip[] {
  const texts = flips.map(({changes}) => changes.map((change) => JSON.stringify(change)))
  return flips.filter(
    (_, i) =>
      !texts.some(
        (other, j) =>
          j !== i &&
          other.every((text) => texts[i]?.includes(text)) &&
          (other.length < (texts[i]?.length ?? 0) || j < i),
      ),
  )
}
