import type {SourceFault} from './source-fault.js'

/** So many faults are told of one file: a file of another kind would have one in every line. */
export const MAX_FAULTS = 100

/** The first faults; if there are more, the last of them says so. */
export function firstOf(faults: Iterable<SourceFault>): readonly SourceFault[] {
  const told: SourceFault[] = []
  for (const fault of faults) {
    if (told.length === MAX_FAULTS) {
      const message = 'there is more wrong from here on'
      return [...told, {...fault, message, remedy: 'mend what is told first'}]
    }
    told.push(fault)
  }
  return told
}
