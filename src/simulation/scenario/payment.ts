import {USD_PER} from './city.js'
import type {Merchant} from './merchant-table.js'
import {cardId, userId} from './population.js'
import {CASH_MACHINE} from './spend-category.js'
import {timeText} from './time-text.js'
import type {TransactionEvent, TransactionType} from './traffic-line.js'
import {nextTransactionId, type Sequences} from './world.js'

/** What a user holds in hand while paying. */
export interface Instrument {
  /** Cards count from 1. */
  readonly card: number
  readonly device: string
  readonly ip: string
}

/** A card used at a merchant, in the merchant's currency. `amount_usd` is rounded after conversion. */
export function cardTransaction(
  sequences: Sequences,
  type: TransactionType,
  user: number,
  merchant: Merchant,
  amount_usd: number,
  time_ms: number,
  instrument: Instrument,
  isDeclined = false,
): TransactionEvent {
  const {category, currency, country, position} = merchant
  const amount = money(amount_usd / USD_PER[currency])
  const auth_result = isDeclined ? 'declined' : 'approved'
  // Two complete literals: an object that is put together by spreading costs several times as much.
  if (category.online) {
    return {
      transaction_id: nextTransactionId(sequences),
      user_id: userId(user),
      type,
      amount,
      currency,
      event_time: timeText(time_ms),
      channel: 'online',
      card_id: cardId(user, instrument.card),
      merchant_id: merchant.id,
      mcc: category.mcc,
      country,
      device_id: instrument.device,
      ip: instrument.ip,
      auth_result,
    }
  }
  return {
    transaction_id: nextTransactionId(sequences),
    user_id: userId(user),
    type,
    amount,
    currency,
    event_time: timeText(time_ms),
    channel: category.mcc === CASH_MACHINE.mcc ? 'atm' : 'pos',
    card_id: cardId(user, instrument.card),
    merchant_id: merchant.id,
    mcc: category.mcc,
    country,
    lat: position.lat,
    lon: position.lon,
    auth_result,
  }
}

/** Money between the user's account and another one. */
export function accountTransaction(
  sequences: Sequences,
  type: 'transfer' | 'topup' | 'payout',
  user: number,
  counterparty: string,
  amount: number,
  currency: string,
  time_ms: number,
  instrument: Instrument,
): TransactionEvent {
  return {
    transaction_id: nextTransactionId(sequences),
    user_id: userId(user),
    type,
    amount: money(amount),
    currency,
    event_time: timeText(time_ms),
    counterparty_id: counterparty,
    channel: 'online',
    device_id: instrument.device,
    ip: instrument.ip,
    auth_result: 'approved',
  }
}

/** To hundredths, at least one. */
function money(amount: number): number {
  return Math.max(1, Math.round(amount * 100)) / 100
}
