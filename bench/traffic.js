// A transaction of the load tests: the same for the same number in every run. Plain, so that k6 can load it, too.

/** Some users and merchants are busier than others. */
export function transaction(id, random, users, eventTime) {
  const user = Math.floor(users * random() ** 1.3)
  return {
    transaction_id: id,
    user_id: `u${user}`,
    card_id: `card-${user}`,
    merchant_id: `m${Math.floor(5_000 * random() ** 2)}`,
    amount: Math.round(Math.exp(3.2 + 0.8 * (random() + random() + random() - 1.5)) * 100) / 100,
    channel: random() < 0.6 ? 'pos' : 'ecom',
    auth_result: 'approved',
    event_time: eventTime,
  }
}

/** Mulberry32. */
export function randomFrom(seed) {
  let state = (seed + 1) * 0x9e3779b1
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}
