import {PartitionWorker, type PartitionWorkerParts} from './partition-worker.js'

/** A member that was heard of so often since it lost a partition is still a member. */
const HEARTBEATS_TO_CONFIRM = 2

/** The partitions that are this process's, as the group shares them out. */
export class OwnedPartitions {
  private readonly workers = new Map<number, PartitionWorker>()
  /** Of partitions that were given up: when the last of them has ended. */
  private readonly ending = new Map<number, Promise<void>>()
  private heartbeats = 0

  constructor(private readonly parts: PartitionWorkerParts) {}

  /** These are its own from now on. Those that were before go on; the others finish their batch and end. */
  assign(partitions: readonly number[]): void {
    for (const [number, worker] of this.workers) {
      if (partitions.includes(number)) worker.confirm()
      else this.giveUp(number, worker)
    }
    for (const number of partitions) {
      if (this.workers.has(number)) continue
      const after = this.ending.get(number) ?? Promise.resolve()
      this.workers.set(number, new PartitionWorker(number, this.parts, after))
    }
  }

  /** The group was heard of. */
  heartbeat(): void {
    if (++this.heartbeats % HEARTBEATS_TO_CONFIRM !== 0) return
    for (const worker of this.workers.values()) worker.confirm()
  }

  /** Ends all. */
  async stop(): Promise<void> {
    for (const [number, worker] of this.workers) this.giveUp(number, worker)
    await Promise.all(this.ending.values())
  }

  get all(): readonly PartitionWorker[] {
    return [...this.workers.values()].sort((a, b) => a.number - b.number)
  }

  private giveUp(number: number, worker: PartitionWorker): void {
    this.workers.delete(number)
    const before = this.ending.get(number) ?? Promise.resolve()
    this.ending.set(
      number,
      Promise.all([before, worker.stop()]).then(() => undefined),
    )
  }
}
