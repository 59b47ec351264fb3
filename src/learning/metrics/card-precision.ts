/** What precision per card looks at: a row's day and customer, as numbers. */
export interface CardRows {
  readonly scores: ArrayLike<number>
  readonly labels: ArrayLike<number>
  readonly days: ArrayLike<number>
  readonly customers: ArrayLike<number>
}

interface Card {
  readonly customer: number
  score: number
  isFraud: boolean
}

/**
 * Card precision top-k (Fraud Detection Handbook, chapter 4): each day a customer counts with the highest score, and
 * as fraudulent if any row of that day is; of the k highest the share that is fraudulent, those found being left out on
 * later days; the mean over the days. Of equal scores the smaller customer number comes first.
 */
export function cardPrecision({scores, labels, days, customers}: CardRows, k: number): number {
  const byDay = new Map<number, Map<number, Card>>()
  for (let row = 0; row < scores.length; row++) {
    const day = days[row] as number
    const customer = customers[row] as number
    const cards = byDay.get(day) ?? new Map<number, Card>()
    byDay.set(day, cards)
    const card = cards.get(customer) ?? {customer, score: Number.NEGATIVE_INFINITY, isFraud: false}
    cards.set(customer, card)
    card.score = Math.max(card.score, scores[row] as number)
    card.isFraud ||= labels[row] === 1
  }
  const found = new Set<number>()
  let sum = 0
  for (const day of [...byDay.keys()].sort((a, b) => a - b)) {
    const cards = [...(byDay.get(day) as Map<number, Card>).values()].filter(
      ({customer}) => !found.has(customer),
    )
    cards.sort((a, b) => b.score - a.score || a.customer - b.customer)
    const right = cards.slice(0, k).filter(({isFraud}) => isFraud)
    for (const {customer} of right) found.add(customer)
    sum += right.length / k
  }
  return sum / byDay.size
}
