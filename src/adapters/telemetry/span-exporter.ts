import type {tracing} from '@opentelemetry/sdk-node'

export interface ExporterOptions {
  readonly exporter: 'otlp' | 'jaeger'
  /** Empty for the exporter's own: this machine, its usual port. */
  readonly endpoint: string
}

const OTLP_ENDPOINT = 'http://127.0.0.1:4318/v1/traces'
const JAEGER_ENDPOINT = 'udp://127.0.0.1:6832'

/**
 * Where spans go: OTLP over HTTP, or Jaeger's own protocol, as datagrams to an agent (`udp://host:port`) or over HTTP to a
 * collector. Each library is loaded only where it is used.
 */
export async function spanExporter({exporter, endpoint}: ExporterOptions): Promise<tracing.SpanExporter> {
  if (exporter === 'otlp') {
    if (endpoint.startsWith('udp:'))
      throw new RangeError(
        `telemetry.endpoint is ${endpoint}, but telemetry.exporter is otlp; write ${OTLP_ENDPOINT}, or set the exporter to jaeger`,
      )
    const {OTLPTraceExporter} = await import('@opentelemetry/exporter-trace-otlp-http')
    return new OTLPTraceExporter({url: endpoint || OTLP_ENDPOINT})
  }
  const {JaegerExporter} = await import('@opentelemetry/exporter-jaeger')
  const url = new URL(endpoint || JAEGER_ENDPOINT)
  if (url.protocol !== 'udp:') return new JaegerExporter({endpoint: url.href})
  return new JaegerExporter({host: url.hostname, port: Number(url.port || 6832)})
}
