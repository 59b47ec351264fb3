import type {Histogram, Registry} from 'prom-client'
import {histogram, LATENCY_BUCKETS} from './instruments.js'

/** Requests by their route, never by their path, which may hold ids. */
export class HttpMetrics {
  private readonly seconds: Histogram<'method' | 'route' | 'status'>

  constructor(registry: Registry) {
    const labels = ['method', 'route', 'status'] as const
    this.seconds = histogram(
      registry,
      'http_request_seconds',
      'Time to answer a request.',
      LATENCY_BUCKETS,
      labels,
    )
  }

  observe(method: string, route: string, status: number, milliseconds: number): void {
    this.seconds.observe({method, route, status}, milliseconds / 1000)
  }
}
