const MINUTE_MS = 60_000

/** A replay line of a transaction, which arrives a second after it happened. */
interface BurstLine {
  readonly stream: 'transactions'
  readonly event: {readonly [field: string]: unknown}
  readonly arrival_time: string
}

/**
 * What rules by merchant, device and address look for, and ordinary traffic does not do: many users and cards, each of
 * another partition as like as not, on one device, at one merchant and from one address. Spread over the time given (ms).
 */
export function sharedKeyBursts(from: number, to: number, count: number): readonly BurstLine[] {
  return Array.from({length: count}, (_, burst) => {
    const begin = from + Math.floor(((burst + 0.5) * (to - from)) / count)
    return Array.from({length: 10}, (_, n) => {
      const at = begin + n * MINUTE_MS
      const event = {
        transaction_id: `burst-${burst}-${n}`,
        user_id: `burst-user-${burst}-${n}`,
        card_id: `burst-card-${burst}-${n}`,
        event_time: new Date(at).toISOString(),
        currency: 'USD',
        channel: 'online',
        ...KINDS[burst % KINDS.length]?.(burst, n),
      }
      return {stream: 'transactions' as const, event, arrival_time: new Date(at + 1_000).toISOString()}
    })
  }).flat()
}

/** What the transactions of a burst have in common. */
const KINDS: readonly ((burst: number, n: number) => {readonly [field: string]: unknown})[] = [
  (burst, n) => ({amount: 60 + n, device_id: `burst-device-${burst}`, ip: `203.0.113.${n}`}),
  (burst) => ({amount: 1, merchant_id: `burst-merchant-${burst}`, auth_result: 'declined'}),
  (burst) => ({amount: 1.5, ip: `198.51.100.${burst % 250}`, auth_result: 'declined'}),
  (burst) => ({amount: 200, merchant_id: `burst-merchant-${burst}`, type: 'refund'}),
]

const BURSTS = 24

/** A recording in the order of arrival, with bursts all over its time. Lines that are no JSON stay behind the one before. */
export function withBursts(lines: readonly string[]): readonly string[] {
  const arrivals = lines.map((line) => Date.parse(/"arrival_time":"([^"]+)"/.exec(line)?.[1] ?? ''))
  const known = arrivals.filter((at) => !Number.isNaN(at))
  const bursts = sharedKeyBursts(known[0] ?? 0, known.at(-1) ?? 0, BURSTS)
  const merged: string[] = []
  let next = 0
  for (const [i, line] of lines.entries()) {
    for (let burst = bursts[next]; burst !== undefined; burst = bursts[next]) {
      if (!(Date.parse(burst.arrival_time) < (arrivals[i] as number))) break
      merged.push(JSON.stringify(burst))
      next++
    }
    merged.push(line)
  }
  return merged
}
