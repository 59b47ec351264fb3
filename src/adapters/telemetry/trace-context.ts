import {type Context, context, ROOT_CONTEXT, type SpanContext, TraceFlags, trace} from '@opentelemetry/api'

/*
 * W3C Trace Context, level 1: https://www.w3.org/TR/trace-context/
 */

const TRACEPARENT = /^([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/

/** Reads a `traceparent`; undefined for what is none. */
export function parseTraceparent(text: string | undefined): SpanContext | undefined {
  const [, version, traceId, spanId, flags, rest] = TRACEPARENT.exec(text ?? '') ?? []
  if (version === undefined || traceId === undefined || spanId === undefined || flags === undefined)
    return undefined
  if (version === 'ff' || (version === '00' && rest !== undefined)) return undefined
  return {traceId, spanId, traceFlags: Number.parseInt(flags, 16) & TraceFlags.SAMPLED, isRemote: true}
}

export function formatTraceparent({traceId, spanId, traceFlags}: SpanContext): string {
  return `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`
}

/** A context whose spans are children of what a `traceparent` names; a new trace if it names nothing. */
export function contextOf(traceparent: string | undefined): Context {
  const parent = parseTraceparent(traceparent)
  return parent === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, parent)
}

/** The `traceparent` of what is under way here; undefined outside of any span. */
export function currentTraceparent(): string | undefined {
  const active = trace.getSpanContext(context.active())
  return active === undefined ? undefined : formatTraceparent(active)
}
