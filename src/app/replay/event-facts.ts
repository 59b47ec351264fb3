import {SettledFile} from '../../adapters/files/settled-file.js'
import {decisionIdentity} from '../../core/comparison/identity.js'
import {type Verdict, Verdicts} from '../../core/comparison/verdicts.js'
import {type DecodedEvent, isRefusal} from '../../core/event/decode.js'
import {FEEDBACK, TRANSACTIONS} from '../../core/event/stream.js'
import {formatTime} from '../../core/event/time.js'
import type {AcceptedEvent, CommittedBatch} from '../../engine/operator/batch.js'

/** What the records of a run do not say of a transaction. */
export interface TransactionAmount {
  readonly event_time: string
  readonly transaction_id: string
  readonly user_id: string
  /** Undefined if its currency has no rate. */
  readonly amount_usd?: number | undefined
}

/**
 * What a comparison needs of the events themselves: the amounts of transactions, in a file that is sorted like the
 * final decisions, and the reviewers' verdicts, which are held in memory.
 */
export class EventFacts {
  readonly verdicts = new Verdicts()
  private readonly amounts: SettledFile<TransactionAmount>

  constructor(readonly amountsPath: string) {
    this.amounts = new SettledFile(amountsPath, 'transaction_id')
  }

  add({partition, accepted, outcomes, fates}: CommittedBatch): void {
    for (const {event, state} of accepted) {
      if (event.stream === TRANSACTIONS) this.addTransaction(partition.number, event, state?.key ?? '')
    }
    for (let i = 0; i < outcomes.length; i++) {
      const outcome = outcomes[i]
      if (outcome === undefined || isRefusal(outcome) || outcome.stream.name !== FEEDBACK) continue
      if (fates[i]?.fate === 'accepted') this.addFeedback(outcome)
    }
    this.amounts.settle(partition.number, partition.finalUpTo)
  }

  /** Resolves when there is room for more. */
  async drained(): Promise<void> {
    await this.amounts.drained()
  }

  /** Completes the file. All partitions have ended. */
  async close(): Promise<void> {
    await this.amounts.close()
  }

  private addTransaction(
    partition: number,
    {id, time, fields}: AcceptedEvent['event'],
    userId: string,
  ): void {
    const amount: TransactionAmount = {
      event_time: formatTime(time),
      transaction_id: id,
      user_id: userId,
      amount_usd: fields.amount_usd as number | undefined,
    }
    this.amounts.put(partition, decisionIdentity(amount), amount)
  }

  private addFeedback({wire, time, id}: DecodedEvent): void {
    const {transaction_id, alert_id, verdict: said} = wire as {[field: string]: string | null | undefined}
    const verdict: Verdict = {verdict: said as Verdict['verdict'], time, id}
    if (transaction_id) this.verdicts.addOnTransaction(transaction_id, verdict)
    else if (alert_id) this.verdicts.addOnAlert(alert_id, verdict)
  }
}
