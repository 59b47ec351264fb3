import type {Registry} from 'prom-client'
import type {Clock} from '../../engine/port/clock.js'
import type {Publisher} from '../../engine/port/publisher.js'
import {histogram, LATENCY_BUCKETS, readGauge} from './instruments.js'

/** How long what was committed waits until it is published. */
export class OutboxMetrics {
  /** Entries under way, with the time since which they are. */
  private readonly underWay = new Set<{readonly since: number}>()
  private readonly seconds

  constructor(
    registry: Registry,
    private readonly clock: Clock,
  ) {
    this.seconds = histogram(registry, 'publish_seconds', 'Time to publish an outbox entry.', LATENCY_BUCKETS)
    readGauge(
      registry,
      'outbox_age_seconds',
      'Age of the oldest entry that is not published; 0 if all are.',
      [],
      () => {
        const oldest = Math.min(clock.now(), ...[...this.underWay].map(({since}) => since))
        return [{labels: {}, value: (clock.now() - oldest) / 1000}]
      },
    )
  }

  /** The same publisher, watched. What fails to be published stays under way. */
  watched(publisher: Publisher): Publisher {
    return {
      publish: async (entry) => {
        const entryUnderWay = {since: this.clock.now()}
        this.underWay.add(entryUnderWay)
        await publisher.publish(entry)
        this.underWay.delete(entryUnderWay)
        this.seconds.observe((this.clock.now() - entryUnderWay.since) / 1000)
      },
    }
  }
}
