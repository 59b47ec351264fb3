import {FEEDBACK, TRANSACTIONS} from '../../core/event/stream.js'
import {type EventTime, formatTime} from '../../core/event/time.js'
import type {HandbookDataSet} from './data-set.js'
import {terminalName, transactionName, userName} from './names.js'
import {DAY_S} from './spending.js'

/** The beginning of the data set: Sunday 2018-04-01. */
export const HANDBOOK_START_MS = Date.UTC(2018, 3, 1)

/** A fraud becomes known when the customer's claim is in. */
export const FEEDBACK_DELAY_S = 7 * DAY_S

/**
 * The data set as replay lines in order of event time: each transaction, and for each fraud a feedback event a week
 * later, behind the transactions of that second. The last ones come up to a week after the last transaction.
 */
export function* eventLines(data: HandbookDataSet): Generator<string, void, void> {
  const {size, time_s} = data
  let unclaimed = nextFraud(data, 0)
  for (let id = 0; id < size; id++) {
    while (unclaimed < size && claimTime(data, unclaimed) < (time_s[id] as number)) {
      yield feedbackLine(data, unclaimed)
      unclaimed = nextFraud(data, unclaimed + 1)
    }
    yield transactionLine(data, id)
  }
  for (; unclaimed < size; unclaimed = nextFraud(data, unclaimed + 1)) yield feedbackLine(data, unclaimed)
}

/** The first fraud from this id on; the size of the data set if there is none. */
function nextFraud({size, scenario}: HandbookDataSet, from: number): number {
  let id = from
  while (id < size && scenario[id] === 0) id++
  return id
}

function claimTime({time_s}: HandbookDataSet, id: number): number {
  return (time_s[id] as number) + FEEDBACK_DELAY_S
}

function transactionLine({time_s, customer, terminal, amount}: HandbookDataSet, id: number): string {
  const user = userName(customer[id] as number)
  const event = {
    transaction_id: transactionName(id),
    user_id: user,
    card_id: user,
    merchant_id: terminalName(terminal[id] as number),
    amount: amount[id],
    event_time: timeText(time_s[id] as number),
  }
  return JSON.stringify({stream: TRANSACTIONS, event})
}

function feedbackLine(data: HandbookDataSet, id: number): string {
  const event = {
    feedback_id: `chargeback-${transactionName(id)}`,
    user_id: userName(data.customer[id] as number),
    transaction_id: transactionName(id),
    verdict: 'fraud',
    source: 'chargeback',
    event_time: timeText(claimTime(data, id)),
  }
  return JSON.stringify({stream: FEEDBACK, event})
}

function timeText(time_s: number): string {
  return formatTime((HANDBOOK_START_MS + time_s * 1000) as EventTime)
}
