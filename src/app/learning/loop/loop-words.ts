import type {WeekFigures} from '../../../learning/loop/judged-week.js'
import {svgPlot} from '../../../learning/report/svg-plot.js'
import type {LoopResult, LoopSide} from './loop-result.js'

/** Week by week what both sides reached, to be laid out as a table. */
export function loopTable({without_loop, with_loop, alerts_per_day}: LoopResult): string[][] {
  const caught = `caught at ${alerts_per_day} a day`
  const rows = with_loop.weeks.map((week, at) => {
    const other = without_loop.weeks[at] as WeekFigures
    return [
      `week ${at + 1}`,
      ...[week.transactions, week.fraudulent, week.labels].map(String),
      figure(other.average_precision),
      figure(week.average_precision),
      figure(other.caught_at_budget),
      figure(week.caught_at_budget),
    ]
  })
  const mean = (of: (side: LoopSide) => number | null) =>
    [without_loop, with_loop].map((side) => figure(of(side)))
  return [
    [
      ...['', 'transactions', 'fraudulent', 'verdicts known'],
      ...['average precision without', 'with the loop', `${caught} without`, 'with the loop'],
    ],
    ...rows,
    [
      ...['mean', '', '', ''],
      ...mean((side) => side.mean.average_precision),
      ...mean((side) => side.mean.caught_at_budget),
    ],
  ]
}

/** Both figures over the weeks, as SVG. */
export function loopPlots(result: LoopResult): string[] {
  const plot = (title: string, of: (week: WeekFigures) => number | null) => {
    const {weeks} = result.with_loop
    const across = (week: number) => (week + 0.5) / weeks.length
    const series = (name: string, side: LoopSide) => ({
      name,
      kind: 'dots' as const,
      points: side.weeks.flatMap((week, at): [number, number][] => {
        const value = of(week)
        return value === null ? [] : [[across(at), value]]
      }),
    })
    return svgPlot({
      ...{title, x: 'week', y: title.toLowerCase()},
      ticks: weeks.map((_, week) => ({at: across(week), text: String(week + 1)})),
      series: [series('without the loop', result.without_loop), series('with the loop', result.with_loop)],
    })
  }
  return [
    plot('Average precision', ({average_precision}) => average_precision),
    plot(`Frauds caught at ${result.alerts_per_day} alerts a day`, ({caught_at_budget}) => caught_at_budget),
  ]
}

function figure(value: number | null): string {
  return value === null ? '–' : value.toFixed(3)
}
