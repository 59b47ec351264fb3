import type {ToldChange} from '../change/change.js'

/** What it takes for a rule to say something else of an anchor: all the changes together. */
export interface Flip {
  readonly outcome: 'fires' | 'does_not_fire' | 'alerts'
  readonly changes: readonly ToldChange[]
}

/** Those that say something that no other says: of several on one value in one direction, the smallest change. */
export function distinctFlips(flips: readonly Flip[]): readonly Flip[] {
  const byMeaning = new Map<string, Flip>()
  for (const flip of flips) {
    const meaning = JSON.stringify(flip.changes.map(meaningOf))
    const known = byMeaning.get(meaning)
    if (known === undefined || sizeOf(flip) < sizeOf(known)) byMeaning.set(meaning, flip)
  }
  return [...byMeaning.values()].sort((a, b) => rankOf(a) - rankOf(b))
}

/** Numbers say the most, then what of the form would be different, then texts and whole conditions. */
function rankOf({changes}: Flip): number {
  return Math.max(
    ...changes.map(({what, ...rest}) => {
      if (what === 'condition') return 3
      const isText = what === 'field' && 'value' in rest && typeof rest.value !== 'number'
      return isText ? 2 : what === 'field' || what === 'value' ? 0 : 1
    }),
  )
}

/** What two changes of different size have in common. */
function meaningOf(change: ToldChange): unknown {
  switch (change.what) {
    case 'field': {
      const {as, id, field, relation, value} = change
      return typeof value === 'number'
        ? [id, as, field, direction(relation)]
        : [id, as, field, relation, value]
    }
    case 'value':
      return [change.subject, direction(change.relation)]
    default:
      return change
  }
}

function direction(relation: string): string {
  return relation.startsWith('<') ? 'down' : relation.startsWith('>') ? 'up' : relation
}

/** How far the changed numbers are from what they were. */
function sizeOf({changes}: Flip): number {
  return changes.reduce((size, change) => {
    const isNumeric = change.what === 'field' || change.what === 'value'
    return isNumeric && typeof change.value === 'number' && typeof change.was === 'number'
      ? size + Math.abs(change.value - change.was)
      : size
  }, 0)
}
