import type {StoredEvent} from '../../../event/stored-event.js'
import type {Evaluation} from '../../../expression/evaluation.js'
import {children, type Source, type Term} from '../../../expression/term.js'
import type {Plain} from '../change/change.js'
import type {Assignment} from '../trial/assignment.js'
import {see} from '../trial/assignment.js'
import type {Trial} from '../trial/trial.js'
import {atomsOf, readValue} from './atoms.js'
import {sourceEvent} from './missing-inputs.js'

/** More entries of a list are not tried. */
const ENTRIES_TRIED = 50

/** A field of an event that a term is, and nothing more; undefined if it is anything else. */
export function plainField(term: Term): {readonly source: Source; readonly field: string} | undefined {
  if (term.kind === 'narrow' || term.kind === 'widen') return plainField(term.operand)
  return term.kind === 'field' ? term : undefined
}

/** Every value that a rule compares a field of this name with, wherever it does. */
export function comparedValues(trial: Trial, field: string, assignment: Assignment): readonly Plain[] {
  const values = new Set<Plain>()
  for (const part of trial.parts) {
    const evaluation = see(assignment, part, trial.view)
    const atoms = part.condition.clauses.flatMap(({term}) => atomsOf(term))
    for (const atom of atoms.filter((each) => reads(each, field))) {
      for (const term of comparedTerms(atom)) {
        const value = readValue(term, evaluation)
        if (typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean')
          values.add(value)
      }
      if (atom.kind === 'in-list') for (const entry of entriesOf(atom)) values.add(entry)
    }
  }
  return [...values]
}

/** The first entries of a list. */
export function entriesOf({
  list,
}: {
  readonly list: {readonly entries: ReadonlyMap<Plain, unknown>}
}): readonly Plain[] {
  return [...list.entries.keys()].slice(0, ENTRIES_TRIED)
}

/** Whether a term looks at a field of one event. */
export function readsField(
  term: Term,
  event: StoredEvent,
  field: string,
  evaluation: Evaluation,
  members: readonly StoredEvent[] = [],
): boolean {
  if (term.kind === 'field' && term.field === field) {
    const {source} = term
    return source.kind === 'member' ? members.includes(event) : sourceEvent(source, evaluation) === event
  }
  const inner = term.kind === 'aggregate' ? (evaluation.groups[term.group.slot] ?? []) : members
  return children(term).some((child) => readsField(child, event, field, evaluation, inner))
}

/** Whether a term looks at a field of this name, of whatever event. */
function reads(term: Term, field: string): boolean {
  return (
    (term.kind === 'field' && term.field === field) || children(term).some((child) => reads(child, field))
  )
}

function comparedTerms(atom: Term): readonly Term[] {
  if (atom.kind === 'compare') return [atom.left, atom.right]
  return atom.kind === 'in-items' ? atom.items : []
}
