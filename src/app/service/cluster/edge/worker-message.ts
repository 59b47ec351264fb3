import type {WebhookNotice} from '../../../../adapters/webhook/webhooks.js'
import type {DecisionRecord} from '../../../../core/decision/records.js'
import type {RecordFate} from '../../../../engine/operator/batch.js'
import type {Forgetting} from '../../../../engine/port/state-store.js'
import type {SettledTime} from './settled-times.js'

/** What became of an input, by request and place in it. */
export type ToldFate = readonly [request: number, index: number, fate: RecordFate]

/** What the processes of an installation say to each other. They are of one version, or ignore what they do not know. */
export type WorkerMessage =
  /** Inputs are committed, and what they brought about is published. */
  | {readonly type: 'fates'; readonly fates: readonly ToldFate[]}
  /** Decisions that somebody waits for are reached, and will be committed. */
  | {readonly type: 'reached'; readonly decisions: readonly DecisionRecord[]}
  /** They are committed. */
  | {
      readonly type: 'committed'
      readonly transactions: readonly Pick<DecisionRecord, 'user_id' | 'transaction_id'>[]
    }
  /** There are alerts to be told. */
  | {readonly type: 'alerts'}
  /** Something happened to cases. */
  | {readonly type: 'cases'}
  /** What is remembered must not tell of a user any more. */
  | {readonly type: 'forgotten'; readonly forgetting: Forgetting}
  /** How far time is in partitions. */
  | {readonly type: 'settled'; readonly times: readonly SettledTime[]}
  /** Something about a subscription, as another process knows. */
  | {readonly type: 'webhook'; readonly from: string; readonly notice: WebhookNotice}

export function parseMessage(text: string): WorkerMessage | undefined {
  try {
    return JSON.parse(text) as WorkerMessage
  } catch {
    // Nothing of ours: whoever may use the channels may write anything there.
    return undefined
  }
}
