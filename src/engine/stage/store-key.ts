import type {KeyField} from '../../core/event/stream.js'

/** Begins the keys of further stages. */
const MARK = '\u0001'

/**
 * The name under which the store knows a key. All keyed stages of a partition share its store: a user is known by the id
 * alone, as most keys are; the others carry the name of their field. Keys that differ have names that differ.
 */
export function storeKey(keyField: KeyField, key: string): string {
  if (keyField === 'user_id' && !key.startsWith(MARK)) return key
  return `${MARK}${keyField}${MARK}${key}`
}

export function parseStoreKey(name: string): {readonly keyField: KeyField; readonly key: string} {
  if (!name.startsWith(MARK)) return {keyField: 'user_id', key: name}
  const end = name.indexOf(MARK, 1)
  return {keyField: name.slice(1, end) as KeyField, key: name.slice(end + 1)}
}
