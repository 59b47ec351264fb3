import type {KeyField, Stream} from '../event/stream.js'
import type {EntityPlan, Frame, RowFeature, WindowFeature} from './feature-set.js'
import {LogBuilder} from './log-builder.js'
import type {FoldMode} from './log-plan.js'
import {EXACT_REACH_MS} from './window-border.js'

/** Whose features there can be, in the order of a record's ages. */
export const ENTITIES: readonly KeyField[] = ['user_id', 'card_id', 'merchant_id', 'device_id', 'ip']

/** What the views of one entity come to. */
export class EntityBuilder {
  readonly windows: WindowFeature[] = []
  readonly rows: RowFeature[] = []
  usesLocation = false
  usesMerchant = false
  /** So far back events have to be kept one by one. */
  exactReach = 0
  feedbackHorizon = 0
  private readonly logs = new Map<string, LogBuilder>()
  private readonly frames = new Map<string, Frame>()

  constructor(
    readonly entity: KeyField,
    private readonly index: number,
  ) {}

  get isEmpty(): boolean {
    return this.windows.length + this.rows.length === 0
  }

  /** The log for a stream's events whose old rows are put together in this way. */
  log(stream: Stream, fold: FoldMode): LogBuilder {
    const key = `${stream.name} ${fold}`
    let log = this.logs.get(key)
    if (log === undefined) {
      log = new LogBuilder(stream, fold)
      this.logs.set(key, log)
    }
    return log
  }

  /** The place of a frame. */
  frame(log: LogBuilder, frame: Omit<Frame, 'log'>): number {
    const {startAge, endAge, exact, includesCurrent} = frame
    for (const age of [startAge, endAge]) {
      log.reaches(age, exact)
      if (exact || age <= EXACT_REACH_MS) this.exactReach = Math.max(this.exactReach, age)
    }
    const place = [...this.logs.values()].indexOf(log)
    const key = [place, startAge, endAge, exact, includesCurrent].join(' ')
    if (!this.frames.has(key)) this.frames.set(key, {log: place, ...frame})
    return [...this.frames.keys()].indexOf(key)
  }

  /** Feedback finds its transaction so long (ms) after it. */
  findsFeedback(horizon: number): void {
    this.feedbackHorizon = Math.max(this.feedbackHorizon, horizon)
  }

  build(): EntityPlan {
    const {entity, index, windows, rows, usesLocation, usesMerchant} = this
    return {
      entity,
      index,
      logs: [...this.logs.values()].map((log) => log.build()),
      frames: [...this.frames.values()],
      windows,
      rows,
      inputs: [...new Set(rows.flatMap(({inputs}) => inputs))],
      usesLocation,
      usesMerchant,
    }
  }
}
