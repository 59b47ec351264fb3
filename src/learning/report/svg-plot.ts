/** One line or set of bars of a plot. */
export interface Series {
  readonly name: string
  readonly points: readonly (readonly [x: number, y: number])[]
  /** Dots joined by a line, or bars from the ground. */
  readonly kind?: 'line' | 'dots' | 'bars'
}

export interface Plot {
  readonly title: string
  readonly x: string
  readonly y: string
  readonly series: readonly Series[]
  /** A faint line from corner to corner: what guessing, or perfect calibration, would give. */
  readonly diagonal?: boolean
  /** What is written along the horizontal axis, at 0 to 1. Default: quarters. */
  readonly ticks?: readonly {readonly at: number; readonly text: string}[]
  /** The greatest value of the vertical axis. Default 1. */
  readonly top?: number
}

const WIDTH = 440
const HEIGHT = 330
const LEFT = 58
const RIGHT = 14
const TOP = 34
const BOTTOM = 62
const COLOURS = ['#0b6e99', '#c4511c', '#4d7c0f', '#7c3aed']
const TICKS = [0, 0.25, 0.5, 0.75, 1]
const QUARTERS = TICKS.map((tick) => ({at: tick, text: String(tick)}))
/** More points than this cannot be told apart. */
const MOST_POINTS = 600

/** A plot as SVG that stands alone: horizontal axis 0 to 1, vertical axis 0 to `top`. */
export function svgPlot({title, x, y, series, diagonal, ticks = QUARTERS, top = 1}: Plot): string {
  const across = (value: number) => round(LEFT + value * (WIDTH - LEFT - RIGHT))
  const up = (value: number) => round(HEIGHT - BOTTOM - (value / top) * (HEIGHT - TOP - BOTTOM))
  const columns = ticks.flatMap(({at, text: label}) => [
    `<line x1="${across(at)}" y1="${up(0)}" x2="${across(at)}" y2="${up(top)}" stroke="#e5e7eb"/>`,
    text(across(at), up(0) + 15, 'middle', label),
  ])
  const rows = TICKS.flatMap((tick) => [
    `<line x1="${across(0)}" y1="${up(tick * top)}" x2="${across(1)}" y2="${up(tick * top)}" stroke="#e5e7eb"/>`,
    text(across(0) - 6, up(tick * top) + 4, 'end', tickText(tick * top)),
  ])
  const corners = `<line x1="${across(0)}" y1="${up(0)}" x2="${across(1)}" y2="${up(top)}" stroke="#9ca3af" stroke-dasharray="4 4"/>`
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img" aria-label="${escaped(title)}" font-family="system-ui, sans-serif">`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#ffffff"/>`,
    text(WIDTH / 2, 20, 'middle', title, 14),
    ...columns,
    ...rows,
    diagonal === true ? corners : '',
    ...series.map((each, at) => drawn(each, COLOURS[at % COLOURS.length] as string, across, up)),
    ...series.map(({name}, at) => legend(name, at, COLOURS[at % COLOURS.length] as string)),
    text(WIDTH / 2, HEIGHT - BOTTOM + 32, 'middle', x),
    `<text transform="translate(14 ${(TOP + HEIGHT - BOTTOM) / 2}) rotate(-90)" text-anchor="middle" font-size="11" fill="#374151">${escaped(y)}</text>`,
    '</svg>',
  ].join('')
}

function drawn(
  {points, kind = 'line'}: Series,
  colour: string,
  across: (x: number) => number,
  up: (y: number) => number,
): string {
  if (kind === 'bars') {
    const width = (WIDTH - LEFT - RIGHT) / Math.max(1, points.length) / 2.4
    return points
      .map(
        ([x, y]) =>
          `<rect x="${round(across(x) - width / 2)}" y="${up(y)}" width="${round(width)}" height="${round(up(0) - up(y))}" fill="${colour}" fill-opacity="0.55"/>`,
      )
      .join('')
  }
  const path = thinned(points).map(([x, y]) => `${across(x)},${up(y)}`)
  const line = `<polyline fill="none" stroke="${colour}" stroke-width="1.6" points="${path.join(' ')}"/>`
  if (kind === 'line') return line
  return (
    line + points.map(([x, y]) => `<circle cx="${across(x)}" cy="${up(y)}" r="3" fill="${colour}"/>`).join('')
  )
}

function thinned(points: Series['points']): Series['points'] {
  const step = Math.ceil(points.length / MOST_POINTS)
  return points.filter((_, at) => at % step === 0 || at === points.length - 1)
}

function legend(name: string, at: number, colour: string): string {
  const x = LEFT + at * 190
  const y = HEIGHT - 12
  return `<rect x="${x}" y="${y - 9}" width="10" height="10" fill="${colour}"/>${text(x + 15, y, 'start', name)}`
}

function text(x: number, y: number, anchor: string, content: string, size = 11): string {
  return `<text x="${x}" y="${y}" text-anchor="${anchor}" font-size="${size}" fill="#374151">${escaped(content)}</text>`
}

function tickText(value: number): string {
  return String(Number(value.toPrecision(3)))
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}

export function escaped(content: string): string {
  return content
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}
