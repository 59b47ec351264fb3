import {tracing} from '@opentelemetry/sdk-node'

/** Set on spans that tell of an alert. */
export const ALERT_ID = 'tripline.alert.id'

/** Samples a share of all new traces, follows what a producer decided about its own, and always takes alerts. */
export function alertSampler(share: number): tracing.Sampler {
  const others = new tracing.ParentBasedSampler({root: new tracing.TraceIdRatioBasedSampler(share)})
  return {
    shouldSample: (parent, traceId, name, kind, attributes, links) =>
      ALERT_ID in attributes
        ? {decision: tracing.SamplingDecision.RECORD_AND_SAMPLED}
        : others.shouldSample(parent, traceId, name, kind, attributes, links),
    toString: () => `AlertSampler{${others}}`,
  }
}
