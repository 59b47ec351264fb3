import type {ServerResponse} from 'node:http'

/** Bytes that may wait for a client that reads slowly. */
const MOST_WAITING = 1024 * 1024

/** A client that was told to go has so long to read that. */
const FAREWELL_MS = 1_000

const RECONNECT_MS = 3_000

/** One client of server-sent events. What it does not read in time is not kept for it: it is cut off, and told so. */
export class EventStream {
  private ended = false

  /** Begins at `id`: a client that comes again names it, if nothing came meanwhile. */
  constructor(
    private readonly response: ServerResponse,
    id: string,
  ) {
    response.write(`retry: ${RECONNECT_MS}\nid: ${id}\n\n`)
  }

  /** `data` is JSON. */
  send(event: string, id: string, data: string): void {
    if (this.ended) return
    this.response.write(`event: ${event}\nid: ${id}\ndata: ${data}\n\n`)
    if (this.response.writableLength > MOST_WAITING) this.cut('slow', id)
  }

  /** Keeps the connection from looking idle. */
  beat(): void {
    if (!this.ended) this.response.write(': still here\n\n')
  }

  /** Says that alerts were missed: the client is to read the list again. */
  resync(reason: string, id: string): void {
    this.send('resync', id, JSON.stringify({reason}))
  }

  /** The last that a client hears. */
  cut(reason: string, id: string): void {
    if (this.ended) return
    this.ended = true
    this.response.end(`event: resync\nid: ${id}\ndata: ${JSON.stringify({reason})}\n\n`)
    const {socket} = this.response
    setTimeout(() => socket?.destroy(), FAREWELL_MS).unref()
  }
}
