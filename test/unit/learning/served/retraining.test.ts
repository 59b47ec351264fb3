import {afterEach, beforeEach, describe, expect, test, vi} from 'vitest'
import {type RetrainReport, RetrainRunningError} from '../../../../src/adapters/http/retrain-service.js'
import {Retraining} from '../../../../src/app/learning/retraining.js'
import type {WallTime} from '../../../../src/core/event/time.js'

const HOUR = 3_600_000

beforeEach(() => {
  vi.useFakeTimers({now: 1000 * HOUR})
})
afterEach(() => {
  vi.useRealTimers()
})

function scene(settings: {every?: number; labels?: number} = {}, verdicts = 0) {
  const reports: RetrainReport[] = []
  const runs: {end: (version: number) => void; fail: (message: string) => void}[] = []
  const retraining = new Retraining(
    {
      settings: {every: 0, labels: 0, maturity: 0, ...settings},
      clock: {now: () => Date.now() as WallTime},
      train: () =>
        new Promise((resolve, reject) => {
          runs.push({
            end: (version) => resolve({version, detail: 'learnt'}),
            fail: (message) => reject(new Error(message)),
          })
        }),
      onReport: (report) => reports.push(report),
    },
    Date.now() as WallTime,
    verdicts,
  )
  return {retraining, runs, reports, pass: (ms: number) => vi.advanceTimersByTimeAsync(ms)}
}

describe('a version is trained', () => {
  test('when somebody asks, and never by itself without settings', async () => {
    const {retraining, runs, reports, pass} = scene({}, 500)
    await pass(2 * HOUR)
    expect(runs).toHaveLength(0)
    retraining.start('request')
    expect(retraining.status()).toEqual({running: true, verdicts: 0, last: null})
    runs[0]?.end(4)
    await pass(1000)
    expect(reports).toEqual([expect.objectContaining({trigger: 'request', outcome: 'trained', version: 4})])
    expect(retraining.status()).toMatchObject({running: false, last: {version: 4}})
  })

  test('after so many verdicts, those of before the start included', async () => {
    const {retraining, runs, pass} = scene({labels: 10}, 6)
    retraining.noteVerdicts(3)
    await pass(5000)
    expect(runs).toHaveLength(0)
    retraining.noteVerdicts(1)
    await pass(1000)
    expect(runs).toHaveLength(1)
    runs[0]?.end(1)
    await pass(5000)
    expect(runs).toHaveLength(1)
  })

  test('after so long, again and again', async () => {
    const {runs, reports, pass} = scene({every: HOUR})
    await pass(HOUR)
    expect(runs).toHaveLength(1)
    runs[0]?.end(1)
    await pass(HOUR + 1000)
    expect(runs).toHaveLength(2)
    expect(reports[0]?.trigger).toBe('schedule')
  })

  test('one at a time', async () => {
    const {retraining, runs, pass} = scene({labels: 1})
    retraining.start('request')
    expect(() => retraining.start('request')).toThrow(RetrainRunningError)
    retraining.noteVerdicts(9)
    await pass(5000)
    expect(runs).toHaveLength(1)
    runs[0]?.end(1)
    await pass(1000)
    expect(runs).toHaveLength(2)
  })

  test('or fails, says why, and tries again when it comes about anew', async () => {
    const {retraining, runs, reports, pass} = scene({labels: 2}, 2)
    await pass(1000)
    runs[0]?.fail('too few labels')
    await pass(60_000)
    expect(reports).toEqual([
      expect.objectContaining({outcome: 'failed', version: null, detail: 'too few labels'}),
    ])
    expect(runs).toHaveLength(1)
    retraining.noteVerdicts(2)
    await pass(1000)
    expect(runs).toHaveLength(2)
  })

  test('no more after it was stopped, which waits for the run under way', async () => {
    const {retraining, runs, pass} = scene({labels: 1})
    retraining.start('request')
    let isStopped = false
    const stopped = retraining.stop().then(() => {
      isStopped = true
    })
    await pass(1000)
    expect(isStopped).toBe(false)
    runs[0]?.end(1)
    await stopped
    retraining.noteVerdicts(5)
    await pass(5000)
    expect(runs).toHaveLength(1)
  })
})
