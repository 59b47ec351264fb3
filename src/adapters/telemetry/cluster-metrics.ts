import type {Registry} from 'prom-client'
import {readCounter, readGauge} from './instruments.js'

/** How a worker of the cluster profile fares, asked at every scrape. */
export interface ClusterReading {
  /** For how long Redis has taken nothing; 0 while it does. */
  readonly storePausedSeconds: () => number
  /** Partitions that do not get on though inputs wait. */
  readonly stalledPartitions: () => number
  /** Partitions whose state is being built from the log. */
  readonly buildingPartitions: () => number
  /** Records of the log that were read to build states, since the start. */
  readonly buildingRecords: () => number
}

export function addClusterMetrics(registry: Registry, reading: ClusterReading): void {
  const gauge = (name: string, help: string, read: () => number): void =>
    readGauge(registry, name, help, [], () => [{labels: {}, value: read()}])
  gauge(
    'store_paused_seconds',
    'For how long Redis has taken nothing; 0 while it does.',
    reading.storePausedSeconds,
  )
  gauge('stalled_partitions', 'Partitions that do not get on though inputs wait.', reading.stalledPartitions)
  gauge(
    'building_partitions',
    'Partitions whose state is being built from the log.',
    reading.buildingPartitions,
  )
  readCounter(registry, 'building_records', 'Records that were read to build states anew.', [], () => [
    {labels: {}, value: reading.buildingRecords()},
  ])
}
