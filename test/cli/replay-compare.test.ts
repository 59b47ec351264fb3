import {cp, mkdir, readFile, rm, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {compareRuns, type RunComparison} from '../../src/app/replay/compare-runs.js'
import {comparisonWords} from '../../src/app/replay/compare-words.js'
import type {RunDifference} from '../../src/app/replay/difference-counter.js'
import {type ReplaySummary, replay} from '../../src/app/replay/replay.js'
import type {AlertRecord, DecisionRecord} from '../../src/core/decision/records.js'
import {scenarioTraffic} from '../../src/simulation/scenario/scenario-traffic.js'
import {lineText} from '../../src/simulation/scenario/traffic-line.js'
import {type TemporaryFolder, temporaryFolder} from '../conformance/temporary-folder.js'
import {bundleOf} from '../support/engine/collected-run.js'
import {ensureBuilt} from '../support/process/built-program.js'
import {linesOf, recordsOf} from '../support/process/text-files.js'
import {tripline, triplineJson} from '../support/process/tripline.js'

const ALERTS = 'alerts.final.ndjson'
const DECISIONS = 'decisions.final.ndjson'

/** A rule whose evidence holds several events. */
const SPENDING = {
  schema: 'tripline/rule/v1',
  id: 'spending',
  version: 1,
  title: 'Two purchases in six hours',
  key: 'user_id',
  severity: 'high',
  action: 'review',
  score: 50,
  match: {
    window: {as: 'tx', stream: 'transactions', when: 'tx.amount > 30.0', span: '6h'},
    having: 'count() >= 2',
  },
}

let folder: TemporaryFolder
const path = (name: string) => join(folder.path, name)

/** Writes a run's folder from the lines of an input. */
async function runOf(name: string, lines: readonly string[]): Promise<string> {
  await writeFile(path(`${name}.ndjson`), lines.map((line) => `${line}\n`).join(''))
  await replay({
    inputs: [path(`${name}.ndjson`)],
    outputDir: path(name),
    bundle: bundleOf([SPENDING]),
  })
  return path(name)
}

/** A copy of a run whose final records are changed. */
async function changed(
  name: string,
  change: {alerts?: (alerts: AlertRecord[]) => unknown; decisions?: (decisions: DecisionRecord[]) => unknown},
): Promise<string> {
  await cp(path('run'), path(name), {recursive: true})
  const rewrite = async <T>(file: string, edit: ((records: T[]) => unknown) | undefined) => {
    const records = [...(await recordsOf<T>(join(path(name), file)))]
    edit?.(records)
    await writeFile(join(path(name), file), records.map((record) => `${JSON.stringify(record)}\n`).join(''))
  }
  await rewrite(ALERTS, change.alerts)
  await rewrite(DECISIONS, change.decisions)
  return path(name)
}

const compared = (emitted: string) => compareRuns({replayed: path('run'), emitted, alertTimeSpread: 0})

const differences = () => recordsOf<RunDifference>(path('run/compare.ndjson'))

beforeAll(async () => {
  folder = await temporaryFolder()
  const traffic = [
    ...scenarioTraffic({users: 20, days: 1, seed: 7, frauds: 1, late: 0, broken: 0, outOfOrder: 0.3}),
  ]
  await runOf('run', traffic.map(lineText))
})
afterAll(() => folder.remove())

describe('two runs say the same', () => {
  test('whatever the order of arrival, which shapes revisions and what was late, but not what stands', async () => {
    const lines = await linesOf(path('run.ndjson'))
    const timeOf = (line: string) => new Date(JSON.parse(line).event.event_time).getTime()
    const inOrder = lines.toSorted((a, b) => timeOf(a) - timeOf(b))
    expect(inOrder).not.toEqual(lines)
    const other = await runOf('in-order', inOrder)
    const revisions = async (dir: string) => (await linesOf(join(dir, 'alerts.ndjson'))).join('\n')
    expect(await revisions(other)).not.toBe(await revisions(path('run')))
    const comparison = await compared(other)
    const [alerts, decisions] = await Promise.all(
      [ALERTS, DECISIONS].map(async (file) => (await linesOf(path(`run/${file}`))).length),
    )
    expect(alerts).toBeGreaterThan(20)
    expect(comparison).toEqual({
      equal: true,
      emitted: other,
      alerts: {same: alerts, different: 0, only_replayed: 0, only_emitted: 0},
      decisions: {same: decisions, different: 0, only_replayed: 0, only_emitted: 0, other_model: 0},
      first: [],
    })
    expect(comparisonWords(comparison)).toEqual([
      `zero difference to ${other}: ${alerts} alerts and ${decisions} decisions are the same`,
    ])
    expect(await differences()).toEqual([])
  })

  test('where an alert was taken back in one and is not there in the other', async () => {
    const dir = await changed('retracted', {
      alerts: (alerts) => {
        const [first] = alerts as [AlertRecord]
        alerts.unshift({...first, type: 'alert.retracted', alert_id: 'taken-back'})
      },
    })
    expect(await compared(dir)).toMatchObject({equal: true})
  })
})

describe('a difference', () => {
  test('is an alert that only one of them has', async () => {
    const dir = await changed('missing', {alerts: (alerts) => alerts.splice(3, 1)})
    const gone = (await recordsOf<AlertRecord>(path(`run/${ALERTS}`)))[3] as AlertRecord
    const comparison = await compared(dir)
    expect(comparison).toMatchObject({
      equal: false,
      alerts: {different: 0, only_replayed: 1, only_emitted: 0},
    })
    expect(await differences()).toEqual([
      expect.objectContaining({record: 'alert', difference: 'only_replayed', id: gone.alert_id}),
    ])
    expect(comparisonWords(comparison).at(-1)).toBe(
      `  ${gone.event_time} alert ${gone.alert_id} (spending v1, ${gone.key.value}, transactions ${gone.anchor.id}: ${gone.reason}): only in the replay`,
    )
    await compareRuns({replayed: dir, emitted: path('run'), alertTimeSpread: 0})
    expect(await recordsOf(join(dir, 'compare.ndjson'))).toEqual([
      expect.objectContaining({difference: 'only_emitted', id: gone.alert_id}),
    ])
  })

  test('is other evidence, another decision, another hit; each says what both have', async () => {
    const dir = await changed('different', {
      alerts: ([first]) => first?.events.shift(),
      decisions: (decisions) => {
        const hit = decisions.find(({rules}) => rules.length > 0) as DecisionRecord
        hit.decision = 'decline'
        hit.rules = []
      },
    })
    const comparison = await compared(dir)
    expect(comparison).toMatchObject({equal: false, alerts: {different: 1}, decisions: {different: 1}})
    const [alert, decision] = await differences()
    expect(alert).toMatchObject({record: 'alert', difference: 'different', only: null})
    expect(alert?.fields.map(({field}) => field)).toEqual(['evidence'])
    expect(alert?.fields[0]?.replayed).toContain(alert?.fields[0]?.emitted)
    expect(decision).toMatchObject({
      record: 'decision',
      fields: [
        {field: 'decision', replayed: 'review', emitted: 'decline'},
        {field: 'rules', replayed: expect.stringMatching(/^spending v1 [0-9a-f]{32}$/), emitted: ''},
      ],
    })
    expect(comparison.first).toEqual([alert, decision])
    expect(comparisonWords(comparison).at(-1)).toContain(
      'decision: replayed [review], emitted [decline]; rules: ',
    )
  })

  test('is not a score of another model, which is told instead', async () => {
    const dir = await changed('other-model', {
      decisions: ([first]) =>
        Object.assign(first as DecisionRecord, {score: 0.4, model: {id: 'm', version: 2}}),
    })
    const comparison = await compared(dir)
    expect(comparison).toMatchObject({equal: true, decisions: {other_model: 1}})
    expect(comparisonWords(comparison).at(-1)).toContain('their scores were not compared')
  })
})

describe('a broken file is refused with its place', () => {
  test.each([
    ['a line cut off', ALERTS, (lines: string[]) => lines.splice(1, 1, '{"type":'), ':2: not JSON'],
    [
      'a record of another kind',
      DECISIONS,
      (lines: string[]) => lines.splice(0, 1, '{}'),
      ':1: transaction_id: ',
    ],
    [
      'lines in another order',
      DECISIONS,
      (lines: string[]) => lines.reverse(),
      ':2: event_time: earlier than',
    ],
  ])('%s', async (what, file, damage, words) => {
    const dir = await changed(what.replaceAll(' ', '-'), {})
    const lines = [...(await linesOf(join(dir, file)))]
    damage(lines)
    await writeFile(join(dir, file), `${lines.join('\n')}\n`)
    await expect(compared(dir)).rejects.toThrow(`${join(dir, file)}${words}`)
  })
})

describe('replay --compare', () => {
  type Compared = ReplaySummary & {readonly compare: RunComparison}
  const run = (out: string, emitted: string) => [
    ...['replay', '--input', path('run.ndjson'), '--rules', path('rules')],
    ...['--out', path(out), '--compare', emitted],
  ]

  beforeAll(async () => {
    await ensureBuilt()
    await mkdir(path('rules'))
    await writeFile(path('rules/spending.yaml'), JSON.stringify(SPENDING))
  }, 90_000)

  test('exits with 0 at zero difference, and says so', async () => {
    const {code, stdout} = await tripline(run('same', path('run')))
    expect(code).toBe(0)
    expect(stdout).toContain(`zero difference to ${path('run')}: `)
    expect(JSON.parse(await readFile(path('same/compare.json'), 'utf8'))).toMatchObject({equal: true})
  })

  test('exits with 1 at a difference, and writes it', async () => {
    const emitted = await changed('emitted', {decisions: (decisions) => decisions.pop()})
    const {compare, decisions} = await triplineJson<Compared>(run('other', emitted), {code: 1})
    expect(decisions.approve).toBeGreaterThan(0)
    expect(compare).toMatchObject({equal: false, decisions: {only_replayed: 1}})
    expect(JSON.parse(await readFile(path('other/compare.json'), 'utf8'))).toEqual(compare)
    expect(await linesOf(path('other/compare.ndjson'))).toHaveLength(1)
  })

  test('exits with 2 where a file is missing or broken, and says which', async () => {
    const [missing, broken] = [await changed('no-decisions', {}), await changed('broken', {})]
    await rm(join(missing, DECISIONS))
    await writeFile(join(broken, ALERTS), 'no alerts\n')
    const outcomes = await Promise.all([
      tripline(run('a', path('nowhere'))),
      tripline(run('b', missing)),
      tripline(run('c', broken)),
    ])
    for (const outcome of outcomes) expect(outcome).toMatchObject({code: 2, stdout: ''})
    expect(outcomes.map(({stderr}) => stderr.trim())).toEqual([
      `${path('nowhere')}/${ALERTS}: there is no such file`,
      `${missing}/${DECISIONS}: there is no such file`,
      expect.stringMatching(/broken\/alerts\.final\.ndjson:1: not JSON \(9 characters\); give a whole file/),
    ])
  })

  test('refuses to compare with the folder that it would overwrite', async () => {
    const emitted = await changed('kept', {})
    const before = await readFile(join(emitted, ALERTS), 'utf8')
    const outcome = await tripline(run('kept', emitted))
    expect(outcome).toMatchObject({code: 2, stdout: ''})
    expect(outcome.stderr).toContain('give another --out')
    expect(await readFile(join(emitted, ALERTS), 'utf8')).toBe(before)
  })
})
