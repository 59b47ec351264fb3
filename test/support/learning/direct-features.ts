import type {HandbookDataSet} from '../../../src/simulation/handbook/data-set.js'

const DAY_S = 86_400

/** The handbook's 15 features of one transaction, by its definitions (chapter 3), looking at every transaction. */
export function directFeatures(data: HandbookDataSet, id: number): {readonly [name: string]: number} {
  const {time_s, amount, customer, terminal, scenario} = data
  const now = time_s[id] as number
  const day = Math.floor(now / DAY_S)
  const features: {[name: string]: number} = {
    'payment.amount': amount[id] as number,
    // Day 0 is a Sunday.
    'payment.weekend': day % 7 === 0 || day % 7 === 6 ? 1 : 0,
    'payment.night': Math.floor((now % DAY_S) / 3600) <= 6 ? 1 : 0,
  }
  for (const days of [1, 7, 30]) {
    const own = idsBetween(
      data,
      now - days * DAY_S,
      now,
      (other) => other <= id && customer[other] === customer[id],
    )
    features[`customer.count_${days}d`] = own.length
    features[`customer.mean_${days}d`] =
      own.reduce((sum, other) => sum + (amount[other] as number), 0) / own.length
    const end = now - 7 * DAY_S
    const there = idsBetween(data, end - days * DAY_S, end, (other) => terminal[other] === terminal[id])
    const frauds = there.filter((other) => scenario[other] !== 0)
    features[`terminal.count_${days}d`] = there.length
    features[`terminal_risk.rate_${days}d`] = there.length === 0 ? 0 : frauds.length / there.length
  }
  return features
}

/** Ids of transactions after `from` and up to `to`. */
function idsBetween(
  {size, time_s}: HandbookDataSet,
  from: number,
  to: number,
  belongs: (id: number) => boolean,
): number[] {
  const ids: number[] = []
  for (let id = 0; id < size; id++) {
    const time = time_s[id] as number
    if (time > from && time <= to && belongs(id)) ids.push(id)
  }
  return ids
}
