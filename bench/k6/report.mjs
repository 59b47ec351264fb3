// What a person reads of a load test: a table per rate, and a chart of latency against rate.

const COLUMNS = [
  'rate',
  'achieved',
  'ingest p50',
  'p99',
  'p99.9',
  'decision p50',
  'p99',
  'alert p50',
  'p99',
  'cores',
  'MB',
  'verdict',
]

export function markdown(result) {
  const rows = result.steps.map((step) => [
    `${step.rate}/s`,
    `${step.achieved}/s`,
    ...[step.ingest_ms.p50, step.ingest_ms.p99, step.ingest_ms['p99.9']].map(ms),
    ...[step.decision_ms?.p50, step.decision_ms?.p99].map(ms),
    ...[step.alert_ms?.p50, step.alert_ms?.p99].map(ms),
    step.service?.cores ?? '–',
    step.service?.peak_rss_mb ?? '–',
    step.faults.length === 0 ? 'held' : step.faults.join('; '),
  ])
  return [
    `# Load test, ${result.profile} profile`,
    '',
    `Commit ${result.commit}, Node ${result.node}, ${result.cpu}, ${result.cores} cores, which the service shares with k6 and the subscriber.`,
    `${result.batch} transactions per request, arrivals by schedule (open loop), ${result.duration} per rate; times in ms.`,
    '',
    line(COLUMNS),
    line(COLUMNS.map(() => '---')),
    ...rows.map(line),
    '',
    'ingest: from sending a batch to the answer that says that all its transactions are durable, decided and published;',
    'alert: from the event time of the fraud to the arrival at the webhook subscriber.',
    '',
  ].join('\n')
}

const ms = (value) => (value === undefined ? '–' : value.toFixed(1))
const line = (cells) => `| ${cells.join(' | ')} |`

const WIDTH = 720
const HEIGHT = 360
const MARGIN = 60
const LINES = [
  ['ingest p50', '#2a6f97', (step) => step.ingest_ms.p50],
  ['ingest p99', '#e07a5f', (step) => step.ingest_ms.p99],
  ['alert p99', '#6a994e', (step) => step.alert_ms?.p99],
]

/** Latency percentiles against the rate, on a logarithmic scale of time. */
export function chart({steps, profile}) {
  const values = LINES.flatMap(([, , of]) => steps.map(of).filter((value) => value > 0))
  const top = Math.ceil(Math.log10(Math.max(10, ...values)))
  const x = (rate) => MARGIN + ((WIDTH - 2 * MARGIN) * rate) / Math.max(...steps.map(({rate: r}) => r))
  const y = (value) => HEIGHT - MARGIN - ((HEIGHT - 2 * MARGIN) * Math.log10(Math.max(1, value))) / top
  const curves = LINES.map(([name, colour, of], i) => {
    const points = steps
      .filter((step) => of(step) > 0)
      .map((step) => `${x(step.rate).toFixed(1)},${y(of(step)).toFixed(1)}`)
    return `<polyline fill="none" stroke="${colour}" stroke-width="2" points="${points.join(' ')}"/>
<text x="${WIDTH - MARGIN - 90}" y="${MARGIN + 16 * i}" fill="${colour}">${name}</text>`
  })
  const times = Array.from({length: top + 1}, (_, power) => 10 ** power)
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12">
<rect width="100%" height="100%" fill="white"/>
<text x="${MARGIN}" y="24" font-size="14">Latency (ms) against transactions per second, ${profile} profile</text>
${times.map((time) => `<line x1="${MARGIN}" x2="${WIDTH - MARGIN}" y1="${y(time)}" y2="${y(time)}" stroke="#ddd"/><text x="${MARGIN - 8}" y="${y(time) + 4}" text-anchor="end">${time}</text>`).join('\n')}
${steps.map(({rate}) => `<text x="${x(rate)}" y="${HEIGHT - MARGIN + 20}" text-anchor="middle">${rate}</text>`).join('\n')}
${curves.join('\n')}
</svg>
`
}
