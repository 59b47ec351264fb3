import {Counter, Gauge, Histogram, type Registry} from 'prom-client'

/*
 * All names begin with tripline_; times are in seconds. No label holds an id of a user, a card, a transaction or an alert:
 * the number of series is bounded by rules, streams, routes and subscriptions.
 */

const PREFIX = 'tripline_'

/** From a millisecond to half a minute. */
export const LATENCY_BUCKETS: readonly number[] = [
  ...[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
]

/** A counter; its samples end in `_total`. */
export function counter<L extends string>(
  registry: Registry,
  name: string,
  help: string,
  labelNames: readonly L[] = [],
): Counter<L> {
  return new Counter({name: PREFIX + name, help, labelNames, registers: [registry]})
}

export function histogram<L extends string>(
  registry: Registry,
  name: string,
  help: string,
  buckets: readonly number[],
  labelNames: readonly L[] = [],
): Histogram<L> {
  return new Histogram({name: PREFIX + name, help, labelNames, buckets: [...buckets], registers: [registry]})
}

/** A value by its labels. */
export interface Sample<L extends string> {
  readonly labels: {readonly [Name in L]?: string | number}
  readonly value: number
}

type Read<L extends string> = () => readonly Sample<L>[] | Promise<readonly Sample<L>[]>

/** A gauge that is read when it is asked for. */
export function readGauge<L extends string>(
  registry: Registry,
  name: string,
  help: string,
  labelNames: readonly L[],
  read: Read<L>,
): void {
  new Gauge({
    ...{name: PREFIX + name, help, labelNames, registers: [registry]},
    async collect() {
      const samples = await read()
      this.reset()
      for (const {labels, value} of samples) this.set(labels, value)
    },
  })
}

/** A counter that somebody else counts, read when it is asked for. */
export function readCounter<L extends string>(
  registry: Registry,
  name: string,
  help: string,
  labelNames: readonly L[],
  read: Read<L>,
): void {
  new Counter({
    ...{name: PREFIX + name, help, labelNames, registers: [registry]},
    async collect() {
      const samples = await read()
      this.reset()
      for (const {labels, value} of samples) this.inc(labels, value)
    },
  })
}
