import type {ModelScore} from '../../core/decision/model-score.js'
import type {StoredEvent} from '../../core/event/stored-event.js'
import {FeatureRows} from '../../core/feature/feature-rows.js'
import type {Scorer} from '../../engine/port/model.js'
import type {ServedRow} from '../../learning/training/served-rows.js'
import type {ServedLookup} from './served-lookup.js'

/** How what was served compares with what the replay worked out. */
export interface ServedParity {
  /** Transactions that were scored by what they were served. */
  recorded: number
  /** Of them, those of which a feature comes out otherwise now. */
  different: number
  /** Transactions of which no row was recorded: they are scored by the features of the replay and the last version. */
  unrecorded: number
}

/**
 * Scores each transaction as it was when it came: with its features as they were served, and by the version of the model that scored
 * it then; those that no version scored then get no score.
 */
export class RecordedScorer implements Scorer {
  readonly parity: ServedParity = {recorded: 0, different: 0, unrecorded: 0}

  constructor(
    private readonly versions: ReadonlyMap<number, Scorer>,
    /** The version in force when the recording ended. */
    private readonly last: number | undefined,
    private readonly served: ServedLookup,
  ) {}

  get version(): Scorer['version'] {
    return this.last === undefined ? undefined : this.versions.get(this.last)?.version
  }

  async score(
    rows: FeatureRows,
    explainFrom: number,
  ): Promise<ReadonlyMap<StoredEvent, ModelScore> | undefined> {
    await this.served.readTo(Math.max(...rows.transactions.map(({time}) => time)))
    const scores = new Map<StoredEvent, ModelScore>()
    for (const [version, part] of this.byVersion(rows)) {
      const scored = await this.versions.get(version)?.score(part, explainFrom)
      for (const [transaction, score] of scored ?? []) scores.set(transaction, score)
    }
    return scores.size === 0 ? undefined : scores
  }

  /** The rows that each version is to score, with the values as they were served. */
  private byVersion(rows: FeatureRows): ReadonlyMap<number, FeatureRows> {
    const {schema, transactions, users} = rows
    const width = schema.names.length
    const parts = new Map<number, FeatureRows>()
    for (const [at, transaction] of transactions.entries()) {
      const user = users[at] as string
      const own = rows.values.subarray(at * width, (at + 1) * width)
      const recorded = this.recordedRow(user, transaction, schema.hash)
      const version = recorded === undefined || isSilent(recorded) ? this.last : recorded.model
      this.compare(recorded, own)
      if (version === undefined) continue
      const part = parts.get(version) ?? new FeatureRows({schema}, transactions.length)
      parts.set(version, part)
      part.values.set(recorded?.values ?? own, part.begin(transaction, user))
    }
    return parts
  }

  private recordedRow(user: string, {id, time}: StoredEvent, schema: string): ServedRow | undefined {
    const entry = this.served.take(user, id, time)
    return entry?.schema.hash === schema ? entry.row : undefined
  }

  private compare(recorded: ServedRow | undefined, own: Float64Array): void {
    if (recorded === undefined) {
      this.parity.unrecorded++
      return
    }
    this.parity.recorded++
    if (own.some((value, at) => !Object.is(value, recorded.values[at]))) this.parity.different++
  }
}

/** Rows of former versions do not say what scored them. */
function isSilent({decidedAt, model}: ServedRow): boolean {
  return decidedAt === undefined && model === undefined
}
