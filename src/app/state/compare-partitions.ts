import {BEGINNING_OF_TIME, type EventTime} from '../../core/event/time.js'
import type {OpenedPartition} from '../../engine/port/state-store.js'
import {differences, eventContent, type Named} from './compare-keys.js'
import type {StateDifference} from './state-difference.js'

/** What differs between a partition as it is stored and as it follows from the log, its keys aside. */
export function comparePartitions(
  stored: OpenedPartition,
  recomputed: OpenedPartition,
  /** The log is complete from this event time on. */
  from: EventTime,
): readonly StateDifference[] {
  const isComplete = from === BEGINNING_OF_TIME
  return [
    ...differences('version', profilesOf(stored, from), profilesOf(recomputed, from)).map((detail) => ({
      place: 'merchants',
      detail,
    })),
    ...differences('value', standing(stored, isComplete), standing(recomputed, isComplete)).map((detail) => ({
      place: 'partition',
      detail,
    })),
  ]
}

function profilesOf({profiles}: OpenedPartition, from: EventTime): Named {
  const comparable = profiles.filter(({time}) => time >= from)
  return new Map(comparable.map((profile) => [profile.id, eventContent(profile)]))
}

/** Accounts and watermark rest on everything that ever came. */
function standing({checkpoint}: OpenedPartition, isComplete: boolean): Named {
  if (checkpoint === undefined) return new Map()
  const {offset, bundle, ledger, time} = checkpoint
  const accounts = Object.entries(ledger).map(
    ([stream, account]) => [`ledger of ${stream}`, account] as const,
  )
  const always = [['offset', offset] as const, ['bundle', bundle] as const]
  return new Map<string, unknown>(
    isComplete ? [...always, ['watermark', time.watermark], ...accounts] : always,
  )
}
