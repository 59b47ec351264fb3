import {appendFile} from 'node:fs/promises'

/** Its number in the list of faults, or a word. */
export type ExperimentName = number | 'upgrade'

/** What became of an experiment. */
export interface Outcome {
  readonly experiment: ExperimentName
  readonly title: string
  /** Final alerts and decisions that a recomputation finds, and nobody published. */
  readonly lost: number
  /** Final alerts and decisions that a recomputation does not find, and ids that stand for two contents. */
  readonly doubled: number
  /** Records that were published again under the id that they had: subscribers count them once. */
  readonly repeated: number
  /** Commits of owners that no longer were ones. */
  readonly fenced_commits: number
  /** From a fault until all was decided that had come by then, the longest; null where nothing failed. */
  readonly recovery_seconds: number | null
  readonly seconds: number
  readonly verdict: 'held' | 'broken'
  readonly detail?: string
}

/** Adds a line to the report of whoever started the run; without one, it is only seen as a test. */
export async function report(outcome: Outcome): Promise<void> {
  const file = process.env.TRIPLINE_FAULTS_REPORT
  if (file !== undefined) await appendFile(file, `${JSON.stringify(outcome)}\n`)
}

/** Whether the run is to include an experiment: all, unless some are named. */
export function isChosen(experiment: ExperimentName): boolean {
  const only = process.env.TRIPLINE_FAULTS_ONLY ?? ''
  return only === '' || only.split(',').includes(String(experiment))
}
