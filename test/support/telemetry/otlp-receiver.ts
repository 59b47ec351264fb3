import {once} from 'node:events'
import {createServer} from 'node:http'
import type {AddressInfo} from 'node:net'

/** A span as OTLP/JSON has it, reduced to what tests look at. */
export interface ReceivedSpan {
  readonly name: string
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId: string | undefined
  readonly attributes: {readonly [key: string]: unknown}
  /** `<trace id>/<span id>`. */
  readonly links: readonly string[]
}

export interface OtlpReceiver {
  readonly endpoint: string
  readonly spans: ReceivedSpan[]
  /** What was sent, as text. */
  text(): string
  close(): Promise<void>
}

interface OtlpSpan {
  readonly name: string
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly attributes: readonly {readonly key: string; readonly value: {readonly [type: string]: unknown}}[]
  readonly links?: readonly {readonly traceId: string; readonly spanId: string}[]
}

/** A real receiver of traces: OTLP over HTTP, in JSON. */
export async function otlpReceiver(): Promise<OtlpReceiver> {
  const spans: ReceivedSpan[] = []
  let text = ''
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const body = Buffer.concat(chunks).toString()
    text += body
    for (const {scopeSpans} of JSON.parse(body).resourceSpans)
      for (const scope of scopeSpans) spans.push(...scope.spans.map(toSpan))
    response.setHeader('content-type', 'application/json').end('{}')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const {port} = server.address() as AddressInfo
  return {
    endpoint: `http://127.0.0.1:${port}/v1/traces`,
    spans,
    text: () => text,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function toSpan({name, traceId, spanId, parentSpanId, attributes, links = []}: OtlpSpan): ReceivedSpan {
  return {
    ...{name, traceId, spanId},
    parentSpanId: parentSpanId || undefined,
    attributes: Object.fromEntries(attributes.map(({key, value}) => [key, Object.values(value)[0]])),
    links: links.map((link) => `${link.traceId}/${link.spanId}`),
  }
}
