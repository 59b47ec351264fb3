import type {GroupSize} from '../../group-size.js'
import type {SequenceMatch} from '../../rule-file.js'

/** An event that must not be there. */
export interface Absence {
  readonly as: string
  readonly slot: number
  readonly stream: string
}

/** A step that binds an event or a group, with what must be absent between the step before it and itself. */
export interface BindingStep extends Absence {
  /** Place in the file. */
  readonly place: number
  readonly times: GroupSize | undefined
  readonly next: boolean
  readonly absences: readonly Absence[]
}

export interface SequenceLayout {
  /** By slot. */
  readonly steps: readonly BindingStep[]
  readonly trailing: readonly Absence[]
  readonly until: Absence | undefined
  readonly within: number
  readonly streams: readonly string[]
}

/** A sequence by what it binds. Absences have the slots after those of the steps, `until` the last. */
export function layoutOf({steps: listed, until, within}: SequenceMatch['sequence']): SequenceLayout {
  let free = listed.filter(({as}) => as !== undefined).length
  const steps: BindingStep[] = []
  let absences: Absence[] = []
  for (const [place, {as, absent, stream, times, next}] of listed.entries()) {
    if (as === undefined) {
      absences.push({as: absent ?? '', slot: free++, stream})
      continue
    }
    steps.push({as, slot: steps.length, stream, place, times, next: next === true, absences})
    absences = []
  }
  return {
    steps,
    trailing: absences,
    until: until && {as: until.as, slot: free, stream: until.stream},
    within,
    streams: [...new Set([...listed, ...(until === undefined ? [] : [until])].map(({stream}) => stream))],
  }
}
