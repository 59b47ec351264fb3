// A webhook subscriber that measures how long alerts take: from the event time of the anchor to the arrival of the request.
import {createServer} from 'node:http'
import {build} from 'hdr-histogram-js'

export class AlertReceiver {
  /** Transactions for which an alert was received. */
  anchors = new Set()
  /** In ms. */
  latencies = build({
    lowestDiscernibleValue: 1,
    highestTrackableValue: 600_000,
    numberOfSignificantValueDigits: 3,
  })
  #server = createServer((request, response) => this.#receive(request, response))

  async start() {
    await new Promise((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
    return `http://127.0.0.1:${this.#server.address().port}/alerts`
  }

  async stop() {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  #receive(request, response) {
    const arrivedAt = Date.now()
    const pieces = []
    request.on('data', (piece) => pieces.push(piece))
    request.on('end', () => {
      response.writeHead(204).end()
      const {data} = JSON.parse(Buffer.concat(pieces).toString('utf8'))
      const anchor = data?.anchor?.id
      if (anchor === undefined || this.anchors.has(anchor)) return
      this.anchors.add(anchor)
      this.latencies.recordValue(Math.max(1, arrivedAt - Date.parse(data.event_time)))
    })
  }
}
