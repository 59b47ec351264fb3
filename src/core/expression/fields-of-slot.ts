import {children, type Source, type Term} from './term.js'

/**
 * The fields that a term reads of the event in a slot; undefined if it reads more of it than fields (its time, or a
 * function of it that needs the time).
 */
export function fieldsOfSlot(term: Term, slot: number): readonly string[] | undefined {
  const fields = new Set<string>()
  return readsFieldsOnly(term, slot, fields) ? [...fields].sort() : undefined
}

function readsFieldsOnly(term: Term, slot: number, fields: Set<string>): boolean {
  const isMeant = (source: Source) => source.kind === 'bound' && source.slot === slot
  switch (term.kind) {
    case 'field':
      if (isMeant(term.source)) fields.add(term.field)
      return true
    case 'time':
      return !isMeant(term.source)
    case 'span':
      if (!isMeant(term.from) && !isMeant(term.to)) return true
      fields.add('lat').add('lon')
      return term.name === 'distance_miles' || term.name === 'distance_km'
    case 'aggregate':
      return false
    default:
      return children(term).every((child) => readsFieldsOnly(child, slot, fields))
  }
}
