import type {EventTime} from '../event/time.js'

/** What is left of an event whose fields are no longer needed: enough to know it again. */
export interface RetiredEvent {
  readonly stream: string
  readonly id: string
  readonly time: EventTime
  readonly contentHash: number
}

/** The retired events of one stream and key: a hot key has very many, so that each takes few bytes. */
export class RetiredEvents {
  private places = new Map<string, number>()
  private ids: string[] = []
  private times: number[] = []
  private contentHashes: number[] = []

  constructor(private readonly stream: string) {}

  get size(): number {
    return this.ids.length
  }

  /** An id that is there already belongs to the newer event. */
  add({id, time, contentHash}: Omit<RetiredEvent, 'stream'>): void {
    const place = this.places.get(id) ?? this.ids.length
    this.places.set(id, place)
    this.ids[place] = id
    this.times[place] = time
    this.contentHashes[place] = contentHash
  }

  find(id: string): RetiredEvent | undefined {
    const place = this.places.get(id)
    return place === undefined ? undefined : this.at(place)
  }

  *all(): Generator<RetiredEvent> {
    for (let place = 0; place < this.size; place++) yield this.at(place)
  }

  /** Forgets those before `time`. Returns them. */
  dropBefore(time: EventTime): readonly RetiredEvent[] {
    if (!this.times.some((each) => each < time)) return []
    const all = [...this.all()]
    this.places = new Map()
    this.ids = []
    this.times = []
    this.contentHashes = []
    for (const event of all) if (event.time >= time) this.add(event)
    return all.filter((event) => event.time < time)
  }

  private at(place: number): RetiredEvent {
    return {
      stream: this.stream,
      id: this.ids[place] as string,
      time: this.times[place] as EventTime,
      contentHash: this.contentHashes[place] as number,
    }
  }
}
