import {stat} from 'node:fs/promises'
import type {Bundle} from '../../core/bundle/bundle.js'
import type {Console} from '../cli/console.js'
import {UsageError} from '../cli/exit.js'
import {diffRules} from '../replay/diff-rules.js'
import {replayProgress} from '../replay/progress.js'
import type {ReplaySummary} from '../replay/replay.js'
import type {Both, RuleDiff} from '../replay/rule-diff.js'

export interface FoldersToDiff {
  readonly inputs: readonly string[]
  readonly outputDir: string
  readonly bundles: Both<Bundle>
  /** The rules folders that the bundles are from. */
  readonly folders: Both<string>
  readonly labelsFile: string | undefined
  readonly console: Console
}

/**
 * Runs recorded events under two rules folders and shows the progress of both runs. Gives the summary of the run under
 * A, and what changes under B.
 */
export async function diffFolders(runs: FoldersToDiff): Promise<{summary: ReplaySummary; diff: RuleDiff}> {
  const {folders, console} = runs
  for (const input of runs.inputs) await requireReadableTwice(input)
  const shown: {a?: Progress; b?: Progress} = {}
  return diffRules({
    ...runs,
    onProgress: (run, linesRead, total) => {
      const show = shown[run] ?? replayProgress(console, folders[run])
      shown[run] = show
      show(linesRead, total)
    },
  })
}

type Progress = ReturnType<typeof replayProgress>

/** Both runs read the input from its beginning. Throws ENOENT where there is none. */
async function requireReadableTwice(input: string): Promise<void> {
  if (input !== '-' && !(await stat(input)).isFIFO()) return
  throw new UsageError(`${input}: two runs read the input, and this can be read only once; give a file`)
}
