import type {WaitedDecisions} from '../../../../adapters/redis/bus/waited-decisions.js'
import type {DecisionRecord} from '../../../../core/decision/records.js'
import type {DecisionWatch, WaitedInput} from '../../../../engine/port/decision-watch.js'
import type {DecisionDesk} from '../../decision-desk.js'
import {parseReplyAddress} from './reply-address.js'
import type {WorkerMessage} from './worker-message.js'

export interface PartitionAnswersParts {
  /** Of this process: those who wait here are told without a detour. */
  readonly address: string
  readonly desk: DecisionDesk
  readonly waited: WaitedDecisions
  readonly send: (address: string, message: WorkerMessage) => void
}

type Transaction = Pick<DecisionRecord, 'user_id' | 'transaction_id'>

/**
 * Tells those who wait for decisions on the transactions of one partition, wherever they wait: when a decision is reached, so that
 * no fallback is given any more, and when it is committed.
 */
export class PartitionAnswers implements DecisionWatch {
  /** Processes that wait for the batch that is being decided on, by transaction. */
  private readonly waiting = new Map<string, string>()
  private readonly fallbacks = new Set<string>()
  /** Decided on and not committed yet, by process. */
  private toConfirm = new Map<string, Transaction[]>()

  constructor(
    private readonly partition: number,
    private readonly parts: PartitionAnswersParts,
  ) {}

  async beginning(inputs: readonly WaitedInput[]): Promise<void> {
    const {address, desk, waited} = this.parts
    this.waiting.clear()
    this.fallbacks.clear()
    const elsewhere: {user: string; transaction: string}[] = []
    for (const {userId: user, transactionId: transaction, replyTo} of inputs) {
      const reply = parseReplyAddress(replyTo)
      if (reply?.kind !== 'decision') continue
      this.waiting.set(placeOf(user, transaction), reply.process)
      // Who waits here is asked by `hasFallback`; who has gone may have left a fallback behind.
      if (reply.process === address && desk.isWaitedFor(user, transaction)) continue
      elsewhere.push({user, transaction})
    }
    if (elsewhere.length === 0) return
    for (const {user, transaction} of await waited.begin(this.partition, elsewhere))
      this.fallbacks.add(placeOf(user, transaction))
  }

  hasFallback(userId: string, transactionId: string): boolean {
    return (
      this.fallbacks.has(placeOf(userId, transactionId)) || this.parts.desk.hasFallback(userId, transactionId)
    )
  }

  reached(decisions: readonly DecisionRecord[]): void {
    const {address, desk, send} = this.parts
    this.toConfirm = new Map()
    desk.reached(decisions)
    const told = new Map<string, DecisionRecord[]>()
    for (const decision of decisions) {
      const {user_id, transaction_id} = decision
      const process = this.waiting.get(placeOf(user_id, transaction_id))
      if (process === undefined) continue
      addTo(told, process, decision)
      addTo(this.toConfirm, process, {user_id, transaction_id})
    }
    this.waiting.clear()
    for (const [process, those] of told)
      if (process !== address) send(process, {type: 'reached', decisions: those})
  }

  /** The batch is committed. */
  committed(): void {
    const {address, desk, send} = this.parts
    for (const [process, transactions] of this.toConfirm) {
      if (process === address) desk.committed(transactions)
      else send(process, {type: 'committed', transactions})
    }
    this.toConfirm = new Map()
  }
}

function addTo<T>(groups: Map<string, T[]>, name: string, item: T): void {
  const group = groups.get(name)
  if (group === undefined) groups.set(name, [item])
  else group.push(item)
}

function placeOf(user: string, transaction: string): string {
  return JSON.stringify([user, transaction])
}
