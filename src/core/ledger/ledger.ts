/** What became of the inputs of one stream: in = accepted + duplicate + late + dead_lettered. */
export interface StreamAccount {
  in: number
  accepted: number
  duplicate: number
  late: number
  dead_lettered: number
}

export type Fate = 'accepted' | 'duplicate' | 'late' | 'dead_lettered'

/** Every input of a partition accounted for, by stream name; inputs of no known stream count under `unknown`. */
export type Ledger = {[stream: string]: StreamAccount}

export const UNKNOWN_STREAM = 'unknown'

export function emptyLedger(streams: Iterable<string>): Ledger {
  const ledger: Ledger = {}
  for (const stream of streams) ledger[stream] = emptyAccount()
  return ledger
}

export function book(ledger: Ledger, stream: string, fate: Fate): void {
  let account = ledger[stream]
  if (account === undefined) {
    account = emptyAccount()
    ledger[stream] = account
  }
  account.in++
  account[fate]++
}

/** Adds the accounts of one partition to a sum over partitions. */
export function addLedger(sum: Ledger, part: Ledger): void {
  for (const [stream, account] of Object.entries(part)) {
    const total = sum[stream] ?? emptyAccount()
    sum[stream] = total
    total.in += account.in
    total.accepted += account.accepted
    total.duplicate += account.duplicate
    total.late += account.late
    total.dead_lettered += account.dead_lettered
  }
}

/** The streams whose account does not balance; none, unless there is a bug. */
export function unbalanced(ledger: Ledger): readonly string[] {
  return Object.entries(ledger)
    .filter(([, a]) => a.in !== a.accepted + a.duplicate + a.late + a.dead_lettered)
    .map(([stream]) => stream)
}

function emptyAccount(): StreamAccount {
  return {in: 0, accepted: 0, duplicate: 0, late: 0, dead_lettered: 0}
}
