import type {HandbookDataSet} from './data-set.js'
import {SCENARIO} from './frauds.js'
import {terminalName, transactionName, userName} from './names.js'

export type HandbookFraudKind = 'large_amount' | 'compromised_terminal' | 'compromised_customer'

/** The truth about one fraud: one victim, and the transactions that are fraudulent. */
export interface CommittedFraud {
  readonly fraud_id: string
  readonly kind: HandbookFraudKind
  readonly user_id: string
  readonly transaction_ids: readonly string[]
}

/**
 * The frauds of a data set, by their first transaction: each large amount is one, and for each terminal or customer
 * compromised on a day, what it meant to one victim. Every fraudulent transaction is in exactly one.
 */
export function committedFrauds(data: HandbookDataSet): readonly CommittedFraud[] {
  const frauds = new Map<string, CommittedFraud & {readonly transaction_ids: string[]}>()
  for (let id = 0; id < data.size; id++) {
    if (data.scenario[id] === 0) continue
    const {kind, fraud_id, user_id} = fraudOf(data, id)
    const fraud = frauds.get(fraud_id) ?? {fraud_id, kind, user_id, transaction_ids: []}
    fraud.transaction_ids.push(transactionName(id))
    frauds.set(fraud_id, fraud)
  }
  return [...frauds.values()]
}

/** To which fraud a fraudulent transaction belongs. */
function fraudOf(
  {scenario, since, customer, terminal}: HandbookDataSet,
  id: number,
): Omit<CommittedFraud, 'transaction_ids'> {
  const user_id = userName(customer[id] as number)
  switch (scenario[id]) {
    case SCENARIO.largeAmount:
      return {kind: 'large_amount', fraud_id: `large_amount-${transactionName(id)}`, user_id}
    case SCENARIO.compromisedTerminal: {
      const place = terminalName(terminal[id] as number)
      const fraud_id = `compromised_terminal-day${since[id]}-${place}-${user_id}`
      return {kind: 'compromised_terminal', fraud_id, user_id}
    }
    default:
      return {
        kind: 'compromised_customer',
        fraud_id: `compromised_customer-day${since[id]}-${user_id}`,
        user_id,
      }
  }
}
