/** Samples of an exposition, by name and labels. */
export interface Samples {
  readonly names: ReadonlySet<string>
  /** The value of the one sample that has exactly these labels. */
  value(name: string, labels?: {readonly [label: string]: string}): number | undefined
  /** Every value of a label of a sample. */
  labels(name: string, label: string): readonly string[]
}

const SAMPLE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/
const LABEL = /([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"/g

/** Reads metrics in the OpenMetrics format. Throws at a line that is none. */
export function samplesOf(text: string): Samples {
  const values = new Map<string, number>()
  const found: {readonly name: string; readonly labels: {readonly [label: string]: string}}[] = []
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('#')) continue
    const [, name, labelText = '', value] = SAMPLE.exec(line) ?? []
    if (name === undefined || value === undefined) throw new Error(`not a sample: ${line}`)
    const labels = Object.fromEntries([...labelText.matchAll(LABEL)].map(([, key, of]) => [key, of]))
    found.push({name, labels})
    values.set(placeOf(name, labels), Number(value.replace('Inf', 'Infinity')))
  }
  return {
    names: new Set(found.map(({name}) => name)),
    value: (name, labels = {}) => values.get(placeOf(name, labels)),
    labels: (name, label) =>
      found.filter((sample) => sample.name === name).flatMap(({labels}) => labels[label] ?? []),
  }
}

function placeOf(name: string, labels: {readonly [label: string]: string}): string {
  return name + JSON.stringify(Object.entries(labels).sort())
}
