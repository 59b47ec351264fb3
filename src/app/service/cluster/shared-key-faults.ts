import type {Bundle} from '../../../core/bundle/bundle.js'
import {MERCHANTS} from '../../../core/event/stream.js'

/**
 * What of a bundle cannot run on several partitions: rules and streams by merchant, device or address need all events of
 * their key, and a partition has those of its users only. Nothing for a single partition, which has all.
 */
export function sharedKeyFaults({rules, streams}: Bundle, partitions: number): readonly string[] {
  if (partitions === 1) return []
  const others = [
    ...rules.filter(({key}) => !isOfUser(key)).map(({id, key}) => `rule ${id} (${key})`),
    ...[...streams.values()]
      .filter(({name, keyField}) => name !== MERCHANTS && !isOfUser(keyField))
      .map(({name, keyField}) => `stream ${name} (${keyField})`),
  ]
  if (others.length === 0) return []
  return [
    `the topics have ${partitions} partitions, each with the events of its own users, and these need all events of another key: ${others.join(', ')}; set mode: off or take them out, or use topics with one partition (tripline topics create --partitions 1, under another namespace)`,
  ]
}

function isOfUser(key: string): boolean {
  return key === 'user_id' || key === 'card_id'
}
