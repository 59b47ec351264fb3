import {execFileSync, spawnSync} from 'node:child_process'
import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import type {Registry} from 'prom-client'
import {describe, expect, test} from 'vitest'
import {parse} from 'yaml'
import {Metrics} from '../../../../src/adapters/telemetry/metrics.js'
import type {WallTime} from '../../../../src/core/event/time.js'
import {PROJECT} from '../../../support/process/built-program.js'
import {type Selector, selectorsOf} from '../../../support/telemetry/promql.js'

const FOLDER = join(PROJECT, 'docs/observability')
const RULES = join(FOLDER, 'alert-rules.yaml')

interface AlertRule {
  readonly alert: string
  readonly expr: string
  readonly labels: {readonly severity: string}
  readonly annotations: {readonly summary: string; readonly description: string}
}

const rules = (parse(readFileSync(RULES, 'utf8')) as {groups: {rules: AlertRule[]}[]}).groups.flatMap(
  (group) => group.rules,
)

interface Panel {
  readonly id: number
  readonly type: string
  readonly title: string
  readonly gridPos: {readonly x: number; readonly y: number; readonly w: number; readonly h: number}
  readonly targets?: readonly {readonly expr: string; readonly legendFormat: string}[]
}

const {panels} = JSON.parse(readFileSync(join(FOLDER, 'dashboard.json'), 'utf8')) as {panels: Panel[]}

const expressions = [
  ...rules.map(({alert, expr}) => [alert, expr] as const),
  ...panels.flatMap(({title, targets = []}) => targets.map(({expr}) => [title, expr] as const)),
]

/** The names under which samples are shown, with their labels: those of Prometheus itself, too. */
const shown: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  [
    ['up', ['job', 'instance']] as const,
    ...(await samplesShown()).map(([name, labels]) => [name, [...labels, 'job', 'instance']] as const),
  ].map(([name, labels]) => [name, new Set(labels)]),
)

async function samplesShown(): Promise<readonly (readonly [name: string, labels: readonly string[]])[]> {
  const metrics = new Metrics({
    clock: {now: () => 0 as WallTime},
    partitions: () => [],
    webhookBacklog: async () => new Map(),
  })
  metrics.watchEconomics(async () => undefined)
  metrics.watchCluster({
    storePausedSeconds: () => 0,
    stalledPartitions: () => 0,
    buildingPartitions: () => 0,
    buildingRecords: () => 0,
  })
  metrics.watchCases(async () => ({open: 0, overdue: 0}))
  const {registry} = metrics as unknown as {registry: Registry}
  const {text} = await metrics.expose()
  return registry.getMetricsAsArray().flatMap((metric) => {
    const {name, labelNames = []} = metric as unknown as {name: string; labelNames?: readonly string[]}
    const type = new RegExp(`^# TYPE ${name} (.*)$`, 'm').exec(text)?.[1]
    if (type === 'counter') return [[`${name}_total`, labelNames]] as const
    if (type !== 'histogram') return [[name, labelNames]] as const
    return [
      [`${name}_bucket`, [...labelNames, 'le']],
      [`${name}_sum`, labelNames],
      [`${name}_count`, labelNames],
    ] as const
  })
}

/** What an expression names and nobody shows. */
function unknownIn(selectors: readonly Selector[]): readonly string[] {
  return selectors.flatMap(({metric, labels}) => {
    const known = shown.get(metric)
    if (known === undefined) return [metric]
    return labels.filter((label) => !known.has(label)).map((label) => `${metric}{${label}}`)
  })
}

describe('every expression can be read, and names only metrics and labels that are there', () => {
  test.each(expressions)('%s: %s', (_, expression) => {
    const selectors = selectorsOf(expression)
    expect(selectors.length).toBeGreaterThan(0)
    expect(unknownIn(selectors)).toEqual([])
  })
})

test('the check finds what is not there, and what cannot be read', () => {
  expect(unknownIn(selectorsOf('rate(tripline_inputs_total{colour="red"}[5m])'))).toEqual([
    'tripline_inputs_total{colour}',
  ])
  expect(unknownIn(selectorsOf('sum by (rule) (tripline_inputs_total)'))).toEqual([
    'tripline_inputs_total{rule}',
  ])
  expect(unknownIn(selectorsOf('tripline_nothing > 1'))).toEqual(['tripline_nothing'])
  for (const broken of [
    'sum(rate(x[5m])',
    'x >',
    'x{a=b}',
    'rate(x[5 minutes])',
    'sum by rule (x)',
    'x y',
    ')',
    '',
  ])
    expect(() => selectorsOf(broken), broken).toThrow(SyntaxError)
})

test('every metric of Tripline is on the dashboard', () => {
  const used = new Set(
    panels
      .flatMap(({targets = []}) => targets)
      .flatMap(({expr}) => selectorsOf(expr).map(({metric}) => metric)),
  )
  const own = [...shown.keys()].filter((name) => /^tripline_/.test(name) && !/_(sum|count)$/.test(name))
  expect(own.filter((name) => !used.has(name))).toEqual([])
})

test('panels have ids of their own and do not overlap', () => {
  expect(new Set(panels.map(({id}) => id)).size).toBe(panels.length)
  const places = panels.flatMap(({gridPos: {x, y, w, h}}) =>
    Array.from({length: w * h}, (_, i) => `${x + (i % w)},${y + Math.floor(i / w)}`),
  )
  expect(new Set(places).size).toBe(places.length)
})

test('alert rules have names of their own, a severity, and say what to do', () => {
  expect(new Set(rules.map(({alert}) => alert)).size).toBe(rules.length)
  for (const {labels, annotations} of rules) {
    expect(['info', 'warning', 'critical']).toContain(labels.severity)
    expect(annotations.summary).not.toBe('')
    expect(annotations.description.length).toBeGreaterThan(20)
  }
})

const hasPromtool = spawnSync('promtool', ['--version']).status === 0

test.runIf(hasPromtool)('promtool takes the rules', () => {
  execFileSync('promtool', ['check', 'rules', RULES])
})
