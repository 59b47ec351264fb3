import type {Model} from '../../engine/port/model.js'
import type {ServedEntry, ServedRow} from '../training/served-rows.js'

/** How scores that were given compare with those that a version gives for the same features. */
export interface Parity {
  readonly checked: number
  readonly mismatches: number
}

/** Scores on different machines differ by less. */
const TOLERANCE = 1e-6

const BATCH = 256

/** Holds the scores that a version gave, deciding or in shadow, against those that it gives for the features as they were served. */
export async function servedParity(model: Model, entries: AsyncIterable<ServedEntry>): Promise<Parity> {
  const checking = new Checking(model)
  for await (const {schema, row} of entries) {
    if (schema.hash !== model.features.hash) continue
    const given = givenBy(model.version, row)
    if (given !== undefined) await checking.add(row, given)
  }
  return checking.end()
}

function givenBy(version: number, {model, score, challenger}: ServedRow): number | undefined {
  if (model === version) return score
  return challenger?.version === version ? challenger.score : undefined
}

class Checking {
  private checked = 0
  private mismatches = 0
  private readonly rows: Float32Array
  private given: number[] = []

  constructor(private readonly model: Model) {
    this.rows = new Float32Array(BATCH * model.features.names.length)
  }

  async add({values}: ServedRow, given: number): Promise<void> {
    this.rows.set(values, this.given.length * this.model.features.names.length)
    this.given.push(given)
    if (this.given.length === BATCH) await this.check()
  }

  async end(): Promise<Parity> {
    if (this.given.length > 0) await this.check()
    return {checked: this.checked, mismatches: this.mismatches}
  }

  private async check(): Promise<void> {
    const count = this.given.length
    const rows = this.rows.slice(0, count * this.model.features.names.length)
    const scores = await this.model.score(rows, count)
    for (const [at, given] of this.given.entries())
      if (!(Math.abs((scores[at] as number) - given) <= TOLERANCE)) this.mismatches++
    this.checked += count
    this.given = []
  }
}
