import {setTimeout as sleep} from 'node:timers/promises'
import {partitionOf} from '../../../../adapters/kafka/partition-of.js'
import type {RedisAlertChanges} from '../../../../adapters/redis/desk/alert-changes.js'
import type {AlertChange} from '../../../../core/case/alert-change.js'
import type {AlertView} from '../../../../core/case/alert-view.js'
import {CASES_STREAM} from '../../../../core/case/case-change.js'
import {triageAfter} from '../../../../core/case/triage-change.js'
import type {AlertChanges} from '../../../../engine/port/alert-changes.js'
import type {Clock} from '../../../../engine/port/clock.js'
import type {EventIntake} from '../../../../engine/port/event-intake.js'
import type {ReadModel} from '../../../../engine/port/read-model.js'
import {LOOK_EVERY_MS, LOOK_LIMIT_MS} from './look-limits.js'

export interface LoggedAlertChangesParts {
  readonly readModel: Pick<ReadModel, 'alert'>
  readonly stored: Pick<RedisAlertChanges, 'isDone'>
  readonly intake: EventIntake
  readonly partitions: number
  readonly clock: Clock
}

/** Puts what people do with alerts on the log, so that it outlives Redis, and waits until it counts. */
export class LoggedAlertChanges implements AlertChanges {
  constructor(private readonly parts: LoggedAlertChangesParts) {}

  async change(change: AlertChange): Promise<AlertView | undefined> {
    const {readModel, stored, intake, partitions, clock} = this.parts
    const id = change.alert_id
    const before = await readModel.alert(id)
    if (before === undefined) return undefined
    triageAfter(before, change)
    const bytes = Buffer.from(JSON.stringify(change))
    const record = {stream: CASES_STREAM, bytes, refusal: undefined, ingestedAt: clock.now()}
    await intake.append(partitionOf(before.alert.key.value, partitions), [record])
    for (let waited = 0; waited < LOOK_LIMIT_MS && !(await stored.isDone(change)); waited += LOOK_EVERY_MS) {
      const view = await readModel.alert(id)
      // Forgotten meanwhile, or somebody else wrote the last note.
      if (view === undefined) return undefined
      triageAfter(view, change)
      await sleep(LOOK_EVERY_MS)
    }
    return readModel.alert(id)
  }
}
