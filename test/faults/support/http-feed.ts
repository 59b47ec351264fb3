import {setTimeout as sleep} from 'node:timers/promises'
import type {ClusterWorker} from '../../support/services/cluster-worker.js'
import type {PlacedLine} from '../../support/services/fed-topics.js'
import type {Scene} from './scene.js'

const PIECE = 100
const WITHOUT_BYTES = /"code":"(looks_like_pan|too_large)"/g

/** Sends lines over HTTP to whichever worker says that it is ready, as a load balancer would, and counts the answers. */
export class HttpFeed {
  /** By status. */
  readonly answers = new Map<number, number>()
  /** Inputs that were refused with their bytes: no topic of a stream holds them. */
  refused = 0
  /** Requests that nobody answered, which were sent again. */
  unanswered = 0

  constructor(private readonly scene: Scene) {}

  async send(lines: readonly PlacedLine[]): Promise<void> {
    for (let i = 0; i < lines.length; i += PIECE) {
      const piece = lines.slice(i, i + PIECE)
      const streams = new Set(piece.flatMap(({stream}) => stream ?? []))
      for (const stream of streams)
        await this.post(
          stream,
          piece.filter((line) => line.stream === stream),
        )
    }
  }

  private async post(stream: string, lines: readonly PlacedLine[]): Promise<void> {
    const body = JSON.stringify(lines.map(({event}) => event))
    for (;;) {
      const url = await this.readyUrl()
      const headers = {'content-type': 'application/json'}
      const answer = await fetch(`${url}/v1/events/${stream}`, {method: 'POST', headers, body}).catch(
        () => undefined,
      )
      if (answer === undefined) {
        this.unanswered++
        continue
      }
      this.answers.set(answer.status, (this.answers.get(answer.status) ?? 0) + 1)
      const text = await answer.text()
      if (answer.status === 202) {
        for (const line of lines) this.scene.feed.note(line)
        if (stream === 'transactions') this.refused += [...text.matchAll(WITHOUT_BYTES)].length
        return
      }
      await sleep(20)
    }
  }

  private async readyUrl(): Promise<string> {
    for (;;) {
      for (const worker of this.scene.running) {
        const url = await ready(worker)
        if (url !== undefined) return url
      }
      await sleep(50)
    }
  }
}

/** The address of a worker that takes requests; undefined where it does not. */
async function ready(worker: ClusterWorker): Promise<string | undefined> {
  const line = worker.logLines().find(({msg}) => msg === 'ready')
  if (line === undefined) return undefined
  const url = line.url as string
  const answer = await fetch(`${url}/health/ready`).catch(() => undefined)
  return answer?.status === 200 ? url : undefined
}
