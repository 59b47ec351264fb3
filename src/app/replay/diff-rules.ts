import {rm, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {readTruthFile} from '../../adapters/files/truth-file.js'
import type {Bundle} from '../../core/bundle/bundle.js'
import {diffRuns} from './diff-runs.js'
import {EventFacts} from './event-facts.js'
import {labelsFrom} from './labels-from.js'
import {type ReplayOptions, type ReplaySummary, replay} from './replay.js'
import type {Both, RuleDiff} from './rule-diff.js'

/** A rule diff over recorded events. */
export interface RuleDiffOptions extends Pick<ReplayOptions, 'inputs' | 'outputDir'> {
  readonly bundles: Both<Bundle>
  /** The rules folders, for people. */
  readonly folders: Both<string>
  /** A truth file; without it, the feedback events of the input say what is fraud. */
  readonly labelsFile: string | undefined
  /** Told how many lines a run has read; `total` is known in the second one. */
  readonly onProgress?: (run: 'a' | 'b', linesRead: number, total: number | undefined) => void
}

/** Folder of the second run, in that of the first. */
export const AGAINST = 'against'

/**
 * Runs the same events under two rule folders, writes what each says, and finds what changes from A to B. Inputs are
 * read twice. The output folder holds the run under A, `against/` that under B, `diff.json` and `diff.ndjson`.
 */
export async function diffRules(options: RuleDiffOptions): Promise<{summary: ReplaySummary; diff: RuleDiff}> {
  const {bundles, outputDir, onProgress} = options
  const dirs = {a: outputDir, b: join(outputDir, AGAINST)}
  const truth = options.labelsFile === undefined ? undefined : await readTruthFile(options.labelsFile)
  const facts = new EventFacts(join(outputDir, '.amounts.ndjson'))
  let lines = 0
  const summary = await replay({
    ...options,
    bundle: bundles.a,
    facts,
    onProgress: (linesRead) => {
      lines = linesRead
      onProgress?.('a', linesRead, undefined)
    },
  })
  await replay({
    ...options,
    bundle: bundles.b,
    outputDir: dirs.b,
    onProgress: (linesRead) => onProgress?.('b', linesRead, lines),
  })
  const labels = truth ?? (await labelsFrom(facts.verdicts, [dirs.a, dirs.b]))
  const diff = await diffRuns({
    ...options,
    dirs,
    labels,
    amountsPath: facts.amountsPath,
    verdictsOnOtherAlerts: truth === undefined ? facts.verdicts.alertsNotSeen : 0,
  })
  await rm(facts.amountsPath)
  await writeFile(join(outputDir, 'diff.json'), `${JSON.stringify(diff, null, 2)}\n`)
  return {summary, diff}
}
