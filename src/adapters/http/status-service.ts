import type {Ledger} from '../../core/ledger/ledger.js'

/** How the service is doing. */
export interface StatusService {
  /** False once only a restart can help. Load and lag never make it false. */
  live(): boolean
  /** Whether it can take requests, and if not, why. */
  ready(): {readonly ready: boolean; readonly reasons: readonly string[]}
  /** What became of all inputs. */
  ledger(): LedgerReport
}

export interface LedgerReport {
  readonly partitions: readonly {
    readonly partition: number
    /** RFC 3339; null before the first. */
    readonly watermark: string | null
    readonly accounts: Ledger
  }[]
  readonly total: Ledger
  readonly balanced: boolean
}
