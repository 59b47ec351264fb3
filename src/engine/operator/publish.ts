import {concatMap, type MonoTypeOperatorFunction, tap} from 'rxjs'
import type {Publisher} from '../port/publisher.js'
import type {CommittedBatch} from './batch.js'

export interface PublicationsOptions {
  /** Done when a batch is published, before the next one is. */
  readonly afterwards?: ((batch: CommittedBatch) => Promise<void>) | undefined
  /** Whether the next batch may be asked for while one is being published. Default: no. */
  readonly mayOverlap?: (() => boolean) | undefined
}

/**
 * Hands batches' records to the world, one batch after the other and each only after its commit. A later commit removes what was
 * published from the outbox.
 */
export class Publications {
  private underWay = 0
  /** Whether the last batch takes out what was published. */
  private isForgetting = false
  private wake: (() => void) | undefined

  constructor(
    private readonly publisher: Publisher,
    private readonly options: PublicationsOptions = {},
  ) {}

  /**
   * Resolves when the next batch may be asked for: what waits to be published is bounded. Where a user is forgotten, all that was
   * published goes first: what comes later is not meant.
   */
  async hasRoom(): Promise<void> {
    const overlapping = this.options.mayOverlap?.() === true && !this.isForgetting ? 1 : 0
    await this.atMost(overlapping)
  }

  /** Resolves when all that was committed is published. */
  async areDone(): Promise<void> {
    await this.atMost(0)
  }

  /** Lets each batch through when it is published. */
  inOrder(): MonoTypeOperatorFunction<CommittedBatch> {
    return (batches) =>
      batches.pipe(
        tap(({commit}) => {
          this.underWay++
          this.isForgetting = commit.outbox?.forgetting !== undefined
        }),
        concatMap((batch) => this.publish(batch)),
      )
  }

  private async publish(batch: CommittedBatch): Promise<CommittedBatch> {
    const {outbox} = batch.commit
    if (outbox !== undefined) {
      await this.publisher.publish(outbox)
      batch.partition.publishedUpTo = outbox.sequence
    }
    await this.options.afterwards?.(batch)
    this.underWay--
    this.wake?.()
    return batch
  }

  private async atMost(count: number): Promise<void> {
    while (this.underWay > count)
      await new Promise<void>((resolve) => {
        this.wake = resolve
      })
  }
}
