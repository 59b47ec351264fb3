import {randomUUID} from 'node:crypto'
import type {AlertRecord} from '../../core/decision/records.js'
import {FEEDBACK, TRANSACTIONS} from '../../core/event/stream.js'
import type {ReadModel, VerdictReader} from '../../engine/port/read-model.js'
import type {FeedbackBody, FeedbackResult} from './feedback-schemas.js'
import type {IntakeService, SubmitResult} from './intake-service.js'
import type {Principal} from './principal.js'

export interface FeedbackParts {
  readonly intake: IntakeService
  readonly alerts: Pick<ReadModel, 'alert' | 'decision'> & VerdictReader
}

/** Makes feedback events of verdicts, and puts them on the log, where all feedback goes. */
export class FeedbackDesk {
  constructor(private readonly parts: FeedbackParts) {}

  /** What became of each verdict, in order, once all are durable and count. Rejects with IntakeSaturatedError. */
  async submit(verdicts: readonly FeedbackBody[], by: Principal): Promise<readonly FeedbackResult[]> {
    const events = await Promise.all(verdicts.map((verdict) => this.eventOf(verdict, by)))
    const bytes = events.map((event) => Buffer.from(JSON.stringify(event)))
    const results = await this.parts.intake.submit(FEEDBACK, bytes)
    return results.map((result, i) => toResult(result, events[i]?.feedback_id ?? null))
  }

  /** The reviewer is whoever asks, whatever the body says. */
  private async eventOf(body: FeedbackBody, by: Principal) {
    const {feedback_id = randomUUID(), source = 'review', ...rest} = body
    const user_id = body.user_id ?? (await this.userOf(body))
    return {
      ...rest,
      feedback_id,
      ...(user_id === undefined ? {} : {user_id}),
      reviewer: by.id,
      source,
      event_time: body.event_time ?? (await this.timeOf(feedback_id, user_id)),
    }
  }

  private async userOf({alert_id, transaction_id}: FeedbackBody): Promise<string | undefined> {
    const view = alert_id === undefined ? undefined : await this.parts.alerts.alert(alert_id)
    if (view?.alert.key.name === 'user_id') return view.alert.key.value
    const transaction = view === undefined ? transaction_id : transactionOf(view.alert)
    return transaction === undefined ? undefined : (await this.parts.alerts.decision(transaction))?.user_id
  }

  /** Sent again, it is the same event: with the time that it had. */
  private async timeOf(feedbackId: string, userId: string | undefined): Promise<string> {
    const known = userId === undefined ? undefined : await this.parts.alerts.verdict(feedbackId, userId)
    return known?.event_time ?? new Date().toISOString()
  }
}

/** The transaction that an alert is about, if it is about one. */
export function transactionOf({anchor}: AlertRecord): string | undefined {
  return anchor.stream === TRANSACTIONS ? anchor.id : undefined
}

/** Feedback is never late. */
function toResult({status, ...rest}: SubmitResult, feedback_id: string | null): FeedbackResult {
  return {feedback_id, status: status === 'late' ? 'accepted' : status, ...rest}
}
