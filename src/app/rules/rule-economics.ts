import {mkdtemp, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {readTruthFile} from '../../adapters/files/truth-file.js'
import {type Economics, toEconomics} from '../../core/comparison/economics.js'
import type {RuleMode} from '../../core/rule/rule.js'
import {EventFacts} from '../replay/event-facts.js'
import {labelsFrom} from '../replay/labels-from.js'
import {measureRun} from '../replay/measure-run.js'
import {type ReplayOptions, replay} from '../replay/replay.js'
import type {LabelSummary} from '../replay/rule-diff.js'

export interface EconomicsRun extends Omit<ReplayOptions, 'outputDir' | 'facts'> {
  /** A truth file; without it, the feedback events of the input say what is fraud. */
  readonly labelsFile: string | undefined
}

/** What `rules economics --json` prints. */
export interface EconomicsReport {
  /** Null if nothing says what is fraud: then every number that needs it is null. */
  readonly labels: LabelSummary | null
  /** The live rules together. */
  readonly total: Economics
  /** `model`: the alerts of the model, which is no rule. */
  readonly rules: {readonly [id: string]: RuleEconomics}
}

export interface RuleEconomics extends Economics {
  /** Null for what is no rule of the last bundle. */
  readonly version: number | null
  readonly mode: RuleMode | null
}

/** Runs recorded events, and says what each rule is worth by what turned out to be fraud. */
export async function ruleEconomics(run: EconomicsRun): Promise<EconomicsReport> {
  const dir = await mkdtemp(join(tmpdir(), 'tripline-economics-'))
  try {
    const facts = new EventFacts(join(dir, '.amounts.ndjson'))
    await replay({...run, outputDir: dir, facts})
    const truth = run.labelsFile === undefined ? undefined : await readTruthFile(run.labelsFile)
    const labels = truth ?? (await labelsFrom(facts.verdicts, [dir]))
    const bundle = [...(run.recorded?.values() ?? [])].at(-1) ?? run.bundle
    const {quality, frauds} = await measureRun({dir, bundle, labels, amountsPath: facts.amountsPath})
    const {total, rules} = toEconomics(quality)
    const named = Object.entries(rules).map(([id, economics]): [string, RuleEconomics] => {
      const rule = bundle.rules.find((each) => each.id === id)
      return [id, {version: rule?.version ?? null, mode: rule?.mode ?? null, ...economics}]
    })
    return {
      labels:
        labels === undefined
          ? null
          : {
              source: labels.source,
              frauds,
              frauds_elsewhere: labels.count - frauds,
              verdicts_on_other_alerts: truth === undefined ? facts.verdicts.alertsNotSeen : 0,
            },
      total,
      rules: Object.fromEntries(named),
    }
  } finally {
    await rm(dir, {recursive: true, force: true})
  }
}
