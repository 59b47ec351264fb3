import type {RecordFeed} from '../../../../adapters/http/record-feed.js'
import type {PublishedRecords} from '../../../../adapters/redis/bus/published-records.js'

/** A message that there is something new may get lost: so often it is looked in any case. */
const LOOK_EVERY_MS = 1_000

/** Records of all workers, for those who listen to this one. What the others remember is known here as well. */
export class SharedFeed<T> {
  private last = '0.0'
  private timer: NodeJS.Timeout | undefined
  private looking: Promise<void> | undefined
  private lookAgain = false

  constructor(
    readonly feed: RecordFeed<T>,
    private readonly records: PublishedRecords<T>,
    private readonly onFailure: (error: Error) => void,
  ) {}

  /** Learns what was published before, and goes on from there. */
  async start(): Promise<void> {
    await this.read()
    this.timer = setInterval(() => this.look(), LOOK_EVERY_MS)
    this.timer.unref()
  }

  stop(): void {
    clearInterval(this.timer)
  }

  /** Something may have been published. */
  look(): void {
    if (this.looking !== undefined) {
      this.lookAgain = true
      return
    }
    this.looking = this.read()
      .catch(this.onFailure)
      .finally(() => {
        this.looking = undefined
        if (!this.lookAgain) return
        this.lookAgain = false
        this.look()
      })
  }

  private async read(): Promise<void> {
    for await (const published of this.records.after(this.last)) {
      this.feed.append(published)
      this.last = published.at(-1)?.id ?? this.last
    }
  }
}
