import {mkdir, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import type {Bundle} from '../../../core/bundle/bundle.js'
import type {WeekFigures} from '../../../learning/loop/judged-week.js'
import {htmlReport} from '../../../learning/report/html-report.js'
import type {LoopResult, LoopSide} from './loop-result.js'
import type {LoopOptions} from './loop-settings.js'
import {loopPlots, loopTable} from './loop-words.js'
import {playWeeks} from './play-weeks.js'

/** Plays the same weeks twice: with one version of the model, and with a new one every week. TensorFlow.js has its backend. */
export async function runLoop(
  options: LoopOptions,
  bundle: Bundle,
  onProgress: (text: string) => void,
): Promise<LoopResult> {
  const started = performance.now()
  const {seed, users, alertsPerDay: alerts_per_day} = options
  const sideOf = async (retrains: boolean) => toSide(await playWeeks({options, bundle, retrains, onProgress}))
  const without_loop = await sideOf(false)
  const with_loop = await sideOf(true)
  const seconds = Math.round((performance.now() - started) / 100) / 10
  return {seed, users, alerts_per_day, without_loop, with_loop, seconds}
}

/** Writes the result as JSON, and as a page with plots. */
export async function writeLoopReport(folder: string, result: LoopResult): Promise<void> {
  await mkdir(folder, {recursive: true})
  await writeFile(join(folder, 'loop.json'), `${JSON.stringify(result, undefined, 2)}\n`)
  const page = htmlReport({
    title: 'The feedback loop: one model for good against a new one every week',
    introduction:
      'Simulated traffic in which the frauds change from week to week. Both sides saw the same transactions, had the same rules, and began with the same version. Verdicts became known when somebody would know: reviewers within 30 hours, card holders within two weeks.',
    table: loopTable(result),
    plots: loopPlots(result),
  })
  await writeFile(join(folder, 'loop.html'), page)
}

function toSide(weeks: readonly WeekFigures[]): LoopSide {
  const mean = (of: (week: WeekFigures) => number | null) => {
    const values = weeks.map(of).filter((value) => value !== null)
    return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length
  }
  return {
    weeks,
    mean: {
      average_precision: mean((week) => week.average_precision),
      caught_at_budget: mean((week) => week.caught_at_budget),
    },
  }
}
