import {BROKEN_KINDS, type BrokenKind} from './broken-line.js'

export type FraudKind =
  | 'impossible_move'
  | 'card_testing'
  | 'account_takeover'
  | 'burst_spending'
  | 'merchant_compromise'
  | 'mule_fan_in'
  | 'device_farm'

/** The truth about one planted fraud: one victim, and the transactions that are fraudulent. */
export interface PlantedFraud {
  readonly fraud_id: string
  readonly kind: FraudKind
  readonly user_id: string
  readonly transaction_ids: readonly string[]
}

/**
 * What has been planted so far. Grows while the lines of a scenario are read: a fraud is listed before its
 * first transaction arrives, a count rises when its line is scheduled, `late` when the line arrives.
 */
export interface Planted {
  readonly frauds: PlantedFraud[]
  /** Sent a second time. */
  duplicates: number
  /** Delayed up to a minute. */
  outOfOrder: number
  /** Delayed beyond the allowed lateness. Lines that are broken by a time in 1970 are not among them. */
  late: number
  readonly broken: Record<BrokenKind, number>
}

export function nothingPlanted(): Planted {
  const broken = Object.fromEntries(BROKEN_KINDS.map((kind) => [kind, 0])) as Record<BrokenKind, number>
  return {frauds: [], duplicates: 0, outOfOrder: 0, late: 0, broken}
}
