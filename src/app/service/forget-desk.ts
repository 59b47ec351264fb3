import type {ForgetReport, ForgetService} from '../../adapters/http/forget-service.js'
import {CONTROL_STREAM} from '../../core/bundle/activation.js'
import type {Actor, AuditedChange} from '../../core/case/audit-record.js'
import {formatTime} from '../../core/event/time.js'
import {encodeTombstone, userDigest} from '../../core/forgetting/tombstone.js'
import type {CommittedBatch} from '../../engine/operator/batch.js'
import type {Clock} from '../../engine/port/clock.js'
import type {IntakeRecord} from '../../engine/port/event-intake.js'

export interface ForgetDeskParts {
  readonly audit: {write(change: AuditedChange): Promise<void>}
  readonly append: (record: IntakeRecord) => Promise<unknown>
  readonly partitionOf: (user: string) => number
  /** Whether `observe` hears of every batch. Where others act upon a tombstone, it is not waited for. Default: it does. */
  readonly hearsAll?: boolean | undefined
  readonly clock: Clock
}

interface Waiting {
  readonly resolve: () => void
  readonly reject: (error: Error) => void
}

/** Puts tombstones on the log, and tells those who asked for one when it was acted upon. */
export class ForgetDesk implements ForgetService {
  private readonly waiting = new Map<string, Waiting[]>()
  private failure: Error | undefined

  constructor(private readonly parts: ForgetDeskParts) {}

  async forget(id: string, actor: Actor): Promise<ForgetReport> {
    if (this.failure !== undefined) throw this.failure
    const {audit, append, partitionOf, clock, hearsAll = true} = this.parts
    const [user, partition] = [userDigest(id), partitionOf(id)]
    const at = clock.now()
    // Before the log has it: nobody is forgotten without anyone knowing who wanted it.
    await audit.write({
      actor,
      action: 'user.forget',
      subject: {type: 'user', id: user},
      before: null,
      after: null,
    })
    const done = hearsAll ? this.heard(user) : undefined
    const bytes = Buffer.from(encodeTombstone({user, partition}))
    await append({stream: CONTROL_STREAM, bytes, refusal: undefined, ingestedAt: at})
    await done
    return {user, at: formatTime(at)}
  }

  private heard(user: string): Promise<void> {
    const done = new Promise<void>((resolve, reject) => {
      const others = this.waiting.get(user) ?? []
      this.waiting.set(user, [...others, {resolve, reject}])
    })
    // Whoever waits for it learns of it; the log may fail before.
    done.catch(() => undefined)
    return done
  }

  /** A batch was committed and published. */
  observe({commit: {outbox}}: CommittedBatch): void {
    const user = outbox?.forgetting?.user
    if (user === undefined) return
    for (const {resolve} of this.waiting.get(user) ?? []) resolve()
    this.waiting.delete(user)
  }

  /** Nothing will be done any more; what is on the log is with the next start. */
  fail(error: Error): void {
    this.failure = error
    for (const {reject} of [...this.waiting.values()].flat()) reject(error)
    this.waiting.clear()
  }
}
