import {MERCHANTS} from '../../core/event/stream.js'
import type {WallTime} from '../../core/event/time.js'
import {observeResolved} from '../../core/watermark/watermark.js'
import type {EventSource, InputBatch, InputRecord} from '../port/event-source.js'
import {decodeRecord} from '../stage/decode-record.js'
import type {Partition} from '../stage/partition.js'

/** What the source said: a batch, its end, or why it failed. */
type Arrival = {readonly batch: InputBatch | undefined} | {readonly error: unknown}

/**
 * Lets what is owed be done first, in empty batches between those of a source. An activation waits until the bundle that
 * goes has done all that was due: what that was must not depend on how the input was cut. While rules look back, an
 * input waits only if it would change what they see.
 */
export class DuesFirst {
  private arriving: Promise<void> | undefined
  private arrived: Arrival | undefined
  /** An activation up to whose time silence was observed. */
  private announced: InputBatch | undefined
  private readonly seen = new Set<Partition>()

  constructor(
    private readonly source: EventSource,
    private readonly partitionOf: (number: number) => Partition,
  ) {}

  async next(): Promise<InputBatch | undefined> {
    this.ask()
    const lookingBack = [...this.seen].find(({inForce}) => inForce.isBackfilling)
    if (this.arrived === undefined && lookingBack !== undefined) return emptyBatch(lookingBack)
    await this.arriving
    const arrived = this.arrived as Arrival
    if ('error' in arrived) throw arrived.error
    const {batch} = arrived
    const first = batch === undefined ? lookingBack : this.owingBefore(batch)
    if (first !== undefined) return this.announce(batch) ?? emptyBatch(first)
    if (batch !== undefined) this.arrived = undefined
    return batch
  }

  /** Asks the source for its next batch, without waiting for it. */
  private ask(): void {
    if (this.arrived !== undefined || this.arriving !== undefined) return
    this.arriving = this.source
      .next()
      .then(
        (batch) => {
          this.arrived = {batch}
        },
        (error: unknown) => {
          this.arrived = {error}
        },
      )
      .finally(() => {
        this.arriving = undefined
      })
  }

  /** The partition that has to do something before a batch; undefined if none has. */
  private owingBefore(batch: InputBatch): Partition | undefined {
    const partition = this.partitionOf(batch.partition)
    this.seen.add(partition)
    if (batch.control === undefined)
      return batch.records.some((record) => changesWhatIsSeen(record, partition)) ? partition : undefined
    // Read from elsewhere: the commit will be refused.
    if (batch.fromOffset !== undefined && batch.fromOffset !== partition.offset) return undefined
    if (this.announced !== batch) return partition
    return [...this.seen].find(owes)
  }

  /** What was absent up to an activation is so for the bundle that goes. */
  private announce(batch: InputBatch | undefined): InputBatch | undefined {
    if (batch?.control === undefined || this.announced === batch) return undefined
    this.announced = batch
    const {at, resolvedUpTo} = batch.control
    const partition = this.partitionOf(batch.partition)
    const {time} = partition
    if (time !== undefined && resolvedUpTo !== undefined) observeResolved(time, resolvedUpTo)
    return {...emptyBatch(partition), polledAt: at}
  }
}

function emptyBatch({number, offset, time}: Partition): InputBatch {
  const polledAt = time?.wall ?? (Number.NEGATIVE_INFINITY as WallTime)
  return {partition: number, records: [], polledAt, nextOffset: offset}
}

function owes({stages}: Partition): boolean {
  return stages.some((stage) => !stage.hasLookedBack || stage.dueKeys(1).length > 0)
}

/**
 * Whether an input is one that is never late, from before the activation, of a stream that rules depend on which still
 * look back: they would find it at some keys and not at others.
 */
function changesWhatIsSeen(record: InputRecord, {inForce, bundle}: Partition): boolean {
  if (!inForce.isBackfilling || record.stream === undefined) return false
  if (bundle.streams.get(record.stream)?.neverLate !== true) return false
  const {stream} = record
  const rules = bundle.rules.filter((rule) => inForce.backfill.some(({id}) => id === rule.id))
  const joined = [...bundle.ruleSets.values()].flatMap(({merchantRules}) => merchantRules)
  const concerned = rules.some(
    (rule) => rule.form.streams.includes(stream) || (stream === MERCHANTS && joined.includes(rule)),
  )
  if (!concerned) return false
  const event = decodeRecord(bundle)(record)
  const latest = (inForce.at ?? 0) + bundle.settings.time.maxFutureSkew
  return !('reason' in event) && event.time <= latest
}
