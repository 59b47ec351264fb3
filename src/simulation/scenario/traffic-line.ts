import type {EventTime, WallTime} from '../../core/event/time.js'
import type {BrokenKind} from './broken-line.js'
import {timeText} from './time-text.js'

export type TransactionType = 'purchase' | 'withdrawal' | 'transfer' | 'payout' | 'refund' | 'topup'

/** As on the wire. `event_time` is RFC 3339, in some duplicates integer epoch milliseconds. */
export interface TransactionEvent {
  readonly transaction_id: string
  readonly user_id: string
  readonly type: TransactionType
  readonly amount: number
  readonly currency: string
  readonly event_time: string | number
  readonly channel: 'pos' | 'online' | 'atm'
  readonly auth_result: 'approved' | 'declined'
  readonly card_id?: string
  readonly merchant_id?: string
  readonly counterparty_id?: string
  readonly mcc?: string
  readonly country?: string
  readonly lat?: number
  readonly lon?: number
  readonly device_id?: string
  readonly ip?: string
}

export interface LocationEvent {
  readonly user_id: string
  readonly lat: number
  readonly lon: number
  readonly event_time: string | number
  readonly accuracy_m: number
  readonly source: 'gps' | 'wifi' | 'cell'
  readonly location_id?: string
}

export interface MerchantEvent {
  readonly merchant_id: string
  readonly event_time: string | number
  readonly name: string
  readonly mcc: string
  readonly country: string
  readonly lat: number
  readonly lon: number
  readonly risk: number
  readonly status: string
}

export type TrafficStream = 'transactions' | 'locations' | 'merchants'
export type TrafficEvent = TransactionEvent | LocationEvent | MerchantEvent

/** A valid event and when it arrives. */
export interface EventLine {
  readonly kind: 'event'
  readonly stream: TrafficStream
  readonly event: TrafficEvent
  readonly time: EventTime
  readonly arrival: WallTime
}

/** A line that is no valid event, ready as text. */
export interface BrokenLine {
  readonly kind: 'broken'
  readonly defect: BrokenKind
  readonly text: string
  readonly arrival: WallTime
}

export type TrafficLine = EventLine | BrokenLine

/** The replay line, without the newline. */
export function lineText(line: TrafficLine): string {
  if (line.kind === 'broken') return line.text
  return JSON.stringify({stream: line.stream, event: line.event, arrival_time: timeText(line.arrival)})
}
