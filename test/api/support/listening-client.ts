import {type ClientRequest, get, type IncomingMessage} from 'node:http'

export interface HeardEvent {
  readonly event: string | undefined
  readonly id: string | undefined
  // biome-ignore lint/suspicious/noExplicitAny: events are checked by expectations
  readonly data: any
}

/** A client of server-sent events that reads as fast as it is told to. */
export class ListeningClient {
  readonly heard: HeardEvent[] = []
  beats = 0
  status = 0
  ended = false
  private text = ''

  private constructor(
    private readonly request: ClientRequest,
    readonly response: IncomingMessage,
  ) {
    this.status = response.statusCode ?? 0
    response.setEncoding('utf8')
    response.on('data', (chunk: string) => this.read(chunk))
    response.on('close', () => {
      this.ended = true
    })
    response.on('error', () => undefined)
  }

  static listen(url: string, headers: {readonly [name: string]: string}): Promise<ListeningClient> {
    return new Promise((resolve, reject) => {
      const request = get(url, {headers, agent: false}, (response) =>
        resolve(new ListeningClient(request, response)),
      )
      request.on('error', reject)
    })
  }

  /** The events that say something of alerts. */
  get alerts(): readonly HeardEvent[] {
    return this.heard.filter(({event}) => event?.startsWith('alert.'))
  }

  /** The id that a client would name to go on. */
  get lastId(): string {
    return this.heard.findLast(({id}) => id !== undefined)?.id ?? ''
  }

  stopReading(): void {
    this.response.pause()
  }

  close(): void {
    this.request.destroy()
  }

  private read(chunk: string): void {
    this.text += chunk
    const blocks = this.text.split('\n\n')
    this.text = blocks.pop() ?? ''
    for (const block of blocks) {
      if (block.startsWith(':')) this.beats++
      else this.heard.push(toEvent(block))
    }
  }
}

function toEvent(block: string): HeardEvent {
  const fields = new Map(
    block.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
  )
  const data = fields.get('data')
  return {
    event: fields.get('event'),
    id: fields.get('id'),
    data: data === undefined ? undefined : JSON.parse(data),
  }
}
