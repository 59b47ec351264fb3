import {BEGINNING_OF_TIME, END_OF_TIME, type EventTime, type WallTime} from '../event/time.js'

/** How disorder in event time is treated; all in milliseconds. */
export interface TimeSettings {
  /** How far behind the newest event of an input the watermark stays. */
  readonly outOfOrderness: number
  /** How far behind the watermark an event may still be, and change the truth. */
  readonly allowedLateness: number
  /** An input that brought nothing for so long of wall time is left out of the minimum. */
  readonly idleTimeout: number
  /** How far beyond its ingest time an event may be. */
  readonly maxFutureSkew: number
  /** How far behind the watermark accepted event ids are remembered. */
  readonly dedupRetention: number
}

/** One input that the watermark waits for. Plain data: stored with each commit. */
export interface InputProgress {
  /** Greatest event time among accepted events; null before the first. */
  newest: EventTime | null
  /** When it last brought a record, accepted or not; before the first, when its partition began. */
  lastBroughtAt: WallTime
}

/** Where a partition stands in event time. Plain data: stored with each commit. */
export interface PartitionTime {
  /** Never goes back; null until every active input has brought something. */
  watermark: EventTime | null
  /**
   * What was absent up to this event time is so for certain, as far as anyone waits for it: the watermark or, where
   * all inputs fell silent, the time of that silence. Never goes back; null before the first watermark or silence.
   */
  resolved: EventTime | null
  /** Wall time as far as the partition has seen it; never goes back. */
  wall: WallTime
  /** By stream name: the inputs that count for the watermark. */
  readonly inputs: {[stream: string]: InputProgress}
}

/** Wall time of a replay before the first line that tells it: silence counts from there. */
const UNKNOWN = Number.NEGATIVE_INFINITY

/** A partition that has seen nothing yet. An input that has brought nothing holds the watermark back until it is idle. */
export function beginPartitionTime(wall: WallTime, inputs: Iterable<string>): PartitionTime {
  const progress: {[stream: string]: InputProgress} = {}
  for (const stream of inputs) progress[stream] = {newest: null, lastBroughtAt: wall}
  return {watermark: null, resolved: null, wall, inputs: progress}
}

/** The watermark as a number that compares with every event time. */
export function watermarkOf(time: PartitionTime): EventTime {
  return time.watermark ?? BEGINNING_OF_TIME
}

/** Deadlines up to this event time are reached. */
export function resolvedUpTo(time: PartitionTime): EventTime {
  return time.resolved ?? BEGINNING_OF_TIME
}

/** Notes that an input brought a record, accepted or not, when the wall clock stood at `wall`. */
export function observeRecord(time: PartitionTime, stream: string, wall: WallTime): void {
  if (wall > time.wall) {
    if (time.wall === UNKNOWN)
      for (const name in time.inputs) (time.inputs[name] as InputProgress).lastBroughtAt = wall
    time.wall = wall
  }
  const input = time.inputs[stream]
  if (input !== undefined) input.lastBroughtAt = time.wall
}

/** Notes the event time of an accepted event. */
export function observeAccepted(time: PartitionTime, stream: string, eventTime: EventTime): void {
  const input = time.inputs[stream]
  if (input !== undefined && (input.newest === null || eventTime > input.newest)) input.newest = eventTime
}

/**
 * Moves the watermark: W = min over active inputs (newest event time − out_of_orderness) − 1 ms.
 * Where all inputs are idle it stays where it is, and deadlines are judged by the wall clock.
 */
export function advanceWatermark(time: PartitionTime, settings: TimeSettings): void {
  let newest = Number.POSITIVE_INFINITY
  for (const stream in time.inputs) {
    const input = time.inputs[stream] as InputProgress
    if (time.wall - input.lastBroughtAt >= settings.idleTimeout) continue
    if (input.newest === null) return
    if (input.newest < newest) newest = input.newest
  }
  if (newest === Number.POSITIVE_INFINITY) {
    resolve(time, time.wall - settings.idleTimeout)
    return
  }
  const watermark = (newest - settings.outOfOrderness - 1) as EventTime
  if (time.watermark === null || watermark > time.watermark) time.watermark = watermark
  resolve(time, time.watermark)
}

/**
 * Notes that a poll at `wall` brought nothing. It never moves the watermark, so that lateness depends on the log alone;
 * where all inputs are idle by now, deadlines are reached by the wall clock.
 */
export function observeSilence(time: PartitionTime, wall: WallTime, settings: TimeSettings): void {
  if (isSilent(time, wall, settings)) resolve(time, wall - settings.idleTimeout)
}

/** Whether all inputs of a partition are idle at a wall time. */
export function isSilent(
  {inputs}: PartitionTime,
  wall: WallTime,
  {idleTimeout}: Pick<TimeSettings, 'idleTimeout'>,
): boolean {
  for (const stream in inputs) {
    const {lastBroughtAt} = inputs[stream] as InputProgress
    if (wall - lastBroughtAt < idleTimeout) return false
  }
  return true
}

/** Notes that deadlines up to an event time were reached: what a recorded run says of itself. */
export function observeResolved(time: PartitionTime, upTo: EventTime): void {
  resolve(time, upTo)
}

/** Nothing follows: whatever was absent stays absent. */
export function endInput(time: PartitionTime): void {
  time.resolved = END_OF_TIME
}

function resolve(time: PartitionTime, upTo: number): void {
  if (upTo > resolvedUpTo(time)) time.resolved = upTo as EventTime
}

/** Whether an event is too old to change the truth. */
export function isLate(eventTime: EventTime, watermark: EventTime, settings: TimeSettings): boolean {
  return eventTime <= watermark - settings.allowedLateness
}

/** Whether an event is further in the future than clocks may differ. */
export function isFromTheFuture(eventTime: EventTime, ingestedAt: WallTime, settings: TimeSettings): boolean {
  return eventTime > ingestedAt + settings.maxFutureSkew
}
