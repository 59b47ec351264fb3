import {type Activation, CONTROL_STREAM} from '../../core/bundle/activation.js'
import type {Bundle} from '../../core/bundle/bundle.js'
import {Takeover} from '../../core/bundle/takeover.js'
import {BEGINNING_OF_TIME, type EventTime} from '../../core/event/time.js'
import {observeRecord} from '../../core/watermark/watermark.js'
import type {EventSource} from '../port/event-source.js'
import type {StateStore} from '../port/state-store.js'
import type {Partition} from './partition.js'
import {type Refilled, refill} from './refill.js'
import {runningBundle} from './running-bundle.js'
import type {Sharing} from './shared-state.js'

/** A bundle that is ready to come into force. */
export interface PreparedBundle {
  readonly bundle: Bundle
  /** What was read again from the log for it already. */
  readonly refilled?: Refilled | undefined
}

/** What it means for a partition that a control record at an offset activates a bundle. */
export function takeoverBy(
  next: Bundle,
  activation: Activation,
  offset: number,
  partition: Partition,
  sharing: Sharing = partition,
): Takeover {
  const {bundle, shared} = partition
  const {inForce, moment, expiresBefore, time} = sharing
  const wall = Math.max(activation.at, time?.wall ?? activation.at)
  const future = wall + bundle.settings.time.maxFutureSkew
  const state = {
    bundle,
    inForce,
    wall: wall as Activation['at'],
    moment,
    sharedLateUpTo: shared.lateUpTo,
    expiresBefore,
    visitsSettledUpTo: shared.visitsSettledUpTo,
    fromOf: (stream: string) => {
      const input = time?.inputs[stream]
      if (input === undefined) return future as EventTime
      return input.newest === null ? BEGINNING_OF_TIME : ((input.newest + 1) as EventTime)
    },
  }
  return new Takeover(state, next, activation, offset)
}

/**
 * Lets a partition, and those that share its bundle, go on under another one: reads again what rules ask for and the
 * histories lack, and has all states prepared for the new rules when they are next used.
 */
export async function adoptBundle(
  partition: Partition,
  {bundle: next, refilled}: PreparedBundle,
  activation: Activation,
  {source, store}: {readonly source: EventSource; readonly store: StateStore},
): Promise<void> {
  const {shared, bundle: former, offset} = partition
  observeRecord(partition.timeAt(activation.at), CONTROL_STREAM, activation.at)
  const own = takeoverBy(next, activation, offset, partition)
  const takeovers = shared.partitions.map((sharing) =>
    sharing === partition ? own : takeoverBy(next, activation, offset, partition, sharing),
  )
  const {fields} = await refill(partition, next, own.missing, offset, {source, store, done: refilled})
  const results = takeovers.map((takeover) => takeover.result(fields))
  shared.run(runningBundle(next, own.result(fields)))
  for (const {keys} of [...shared.partitions.map(({users}) => users), ...shared.stages.values()]) {
    // The store knows more by now than memory does.
    if (fields.size > 0) keys.clear()
    else keys.setAside()
  }
  for (const [i, inForce] of results.entries()) shared.partitions[i]?.adopt(inForce, former)
}
