import type {Counter, Registry} from 'prom-client'
import type {CommittedBatch} from '../../engine/operator/batch.js'
import {receiversOf} from '../../engine/port/parcel.js'
import {counter} from './instruments.js'

/** What partitions tell each other, where they exchange events. */
export class ExchangeMetrics {
  private readonly parcels: Counter<'direction'>

  constructor(registry: Registry) {
    this.parcels = counter(registry, 'exchange_parcels', 'Parcels from and to other partitions.', [
      'direction',
    ])
  }

  /** A batch was published. */
  observe({input: {parcels = []}, commit: {outbox}}: CommittedBatch): void {
    if (parcels.length > 0) this.parcels.inc({direction: 'in'}, parcels.length)
    if (outbox?.dispatch !== undefined)
      this.parcels.inc({direction: 'out'}, receiversOf(outbox.dispatch).size)
  }
}
