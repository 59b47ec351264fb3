import {CONTROL_STREAM, encodeActivation} from '../../core/bundle/activation.js'
import type {Actor, AuditedChange} from '../../core/case/audit-record.js'
import type {Clock} from '../../engine/port/clock.js'
import type {IntakeRecord} from '../../engine/port/event-intake.js'

/** Says of an activation that the folder's new content brought it about. */
export const FOLDER: Actor = {id: 'folder', name: 'the rules folder'}

/** The record that brings a bundle into force where the log has it. */
export function activationRecord(bundle: string, backfill: readonly string[], clock: Clock): IntakeRecord {
  const bytes = Buffer.from(encodeActivation({bundle, backfill}))
  return {stream: CONTROL_STREAM, bytes, refusal: undefined, ingestedAt: clock.now()}
}

/** What the audit trail tells of it. Written before the log has it: no rules come into force of which nobody knows who wanted them. */
export function activationTold(
  actor: Actor,
  former: string,
  bundle: string,
  backfill: readonly string[],
): AuditedChange {
  return {
    actor,
    action: 'rules.activate',
    subject: {type: 'bundle', id: bundle},
    before: {bundle: former},
    after: {bundle, backfill: [...backfill]},
  }
}
