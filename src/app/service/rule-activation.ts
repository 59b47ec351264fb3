import type {AuditTrail} from '../../adapters/embedded/audit-trail.js'
import type {EmbeddedEventLog} from '../../adapters/embedded/event-log.js'
import {Exclusive} from '../../adapters/embedded/exclusive.js'
import type {EmbeddedStateStore} from '../../adapters/embedded/state-store.js'
import {OutdatedProposalError} from '../../adapters/http/rule-proposals.js'
import {
  type ActivationReport,
  type ActivationRequest,
  RulesRefusedError,
  type RulesService,
  type RunningRules,
} from '../../adapters/http/rules-service.js'
import type {Bundle} from '../../core/bundle/bundle.js'
import type {BundleContent} from '../../core/bundle/bundle-content.js'
import type {Actor} from '../../core/case/audit-record.js'
import {formatTime} from '../../core/event/time.js'
import type {CommittedBatch} from '../../engine/operator/batch.js'
import type {Clock} from '../../engine/port/clock.js'
import {controlOf} from '../../engine/port/control-record.js'
import {type PreparedBundle, takeoverBy} from '../../engine/stage/adopt-bundle.js'
import type {Partition} from '../../engine/stage/partition.js'
import {type Refilled, refill} from '../../engine/stage/refill.js'
import type {KeptBundles} from '../bundle/kept-bundles.js'
import type {LoadedBundle} from '../bundle/load-bundle.js'
import {activationRecord, activationTold, FOLDER} from './activation-record.js'
import {RuleCandidates} from './rule-candidates.js'
import {reportOf, runningRules, unchanged} from './rules-report.js'

export interface RuleActivationParts {
  readonly partition: Partition
  readonly log: EmbeddedEventLog
  readonly store: EmbeddedStateStore
  readonly bundles: KeptBundles
  readonly audit: AuditTrail
  readonly clock: Clock
  /** What the rules and features folders hold now. Rejects with a BundleError. */
  readonly readFolder: () => Promise<LoadedBundle>
  /** Hears of every activation once it is in force. */
  readonly onActivated: (report: ActivationReport) => void
  /** Hears of a folder that was refused. */
  readonly onRefused: (faults: readonly string[]) => void
}

/** Somebody who waits for an activation to be in force. */
interface Waiting {
  readonly resolve: (report: ActivationReport) => void
  readonly reject: (error: Error) => void
}

/**
 * Changes the rules of a running service: checks what is asked for, reads again from the log what the new rules need
 * while the old ones go on, and then puts a control record on the log. One request after the other.
 */
export class RuleActivation implements RulesService {
  private readonly requests = new Exclusive()
  private readonly refilled = new Map<string, Refilled>()
  /** For each control record that is on the log, or on its way there, and not in force yet. */
  private readonly expected: (Waiting | undefined)[] = []
  private refused: RunningRules['refused'] = null
  private failure: Error | undefined
  /** In force where the partition stands. */
  private current: Bundle
  /** In force at the end of the log: inputs that are yet to come are judged by it. */
  private latest: Bundle
  private readonly candidates: RuleCandidates

  constructor(private readonly parts: RuleActivationParts) {
    this.current = parts.partition.bundle
    this.latest = this.current
    this.candidates = new RuleCandidates(parts, () => this.latest)
  }

  /**
   * Finds out what is in force at the end of the log, and activates what the folder holds if that has changed since it
   * was last considered. A folder that is refused changes nothing. Called before the log is read on.
   */
  async begin(folder: LoadedBundle | undefined): Promise<void> {
    const {log, partition, bundles} = this.parts
    for await (const records of log.between(partition.offset, log.end))
      for (const record of records) {
        const control = controlOf(record)
        if (control === undefined) continue
        this.latest = (await bundles.load(control.bundle)).bundle
        this.expected.push(undefined)
      }
    const next = folder && (await this.candidates.carriedOver(folder))
    if (next === undefined || !(await this.candidates.isNew(next))) return
    const faults = await this.candidates.faultsOf(next)
    if (faults.length > 0) this.refuse(faults)
    else await this.append(next, [], FOLDER, undefined)
  }

  /** For the pipeline: a bundle that a control record names. */
  async prepared(id: string): Promise<PreparedBundle> {
    const {bundle} = await this.parts.bundles.load(id)
    const refilled = this.refilled.get(id)
    this.refilled.delete(id)
    return {bundle, refilled}
  }

  /** The bundle that `activate` would bring into force. Rejects as it does. */
  check(request: ActivationRequest): Promise<string> {
    return this.requests.run(async () => (await this.candidates.asked(request)).bundle.id)
  }

  activate(request: ActivationRequest): Promise<ActivationReport> {
    const {by, bundle: id, expected, backfill, amendment} = request
    return this.requests.run(async () => {
      const next = await this.candidates.asked(request)
      if (id === undefined && amendment === undefined) {
        if (expected !== undefined && next.bundle.id !== expected) throw new OutdatedProposalError()
        return this.bringIntoForce(next, backfill, by)
      }
      const {refused} = this
      const report = await this.bringIntoForce(next, backfill, by)
      if (amendment !== undefined) this.refused = refused
      await this.candidates.passOverFolder()
      return report
    })
  }

  /** Activates what the folder holds if it was not considered yet. What is refused is heard of, and changes nothing. */
  folderMayHaveChanged(): Promise<void> {
    return this.requests.run(async () => {
      try {
        const next = await this.candidates.folder()
        if (!(await this.candidates.isNew(next))) {
          this.refused = null
          return
        }
        const faults = await this.candidates.faultsOf(next)
        if (faults.length > 0) throw new RulesRefusedError(faults)
        await this.bringIntoForce(next, [], FOLDER)
      } catch (error) {
        if (!(error instanceof RulesRefusedError)) throw error
        this.refuse(error.faults)
      }
    })
  }

  /** What the bundle in force at the end of the log was compiled from. */
  async content(): Promise<BundleContent> {
    return (await this.parts.bundles.load(this.latest.id)).content
  }

  /** Of a rule in force, also one that is off. */
  versionOf(rule: string): number | undefined {
    return this.latest.sources.find(({id}) => id === rule)?.version
  }

  running(): RunningRules {
    return runningRules(this.parts.partition, this.refused)
  }

  /** A batch was committed: if a bundle came into force with it, those who wait for that are told. */
  observe({input}: CommittedBatch): void {
    if (input.control === undefined) return
    const {inForce, bundle} = this.parts.partition
    const report = reportOf(this.current, bundle, inForce)
    this.current = bundle
    this.parts.onActivated(report)
    this.expected.shift()?.resolve(report)
  }

  /** Nothing will come into force any more. */
  fail(error: Error): void {
    this.failure = error
    for (const waiting of this.expected.splice(0)) waiting?.reject(error)
  }

  /** The folder is not what it should be; the rules in force stay so. */
  refuse(faults: readonly string[]): void {
    this.refused = {at: formatTime(this.parts.clock.now()), faults}
    this.parts.onRefused(faults)
  }

  private async bringIntoForce(
    next: LoadedBundle,
    backfill: readonly string[],
    by: Actor,
  ): Promise<ActivationReport> {
    this.refused = null
    const {bundle} = next
    if (bundle.id === this.latest.id && backfill.length === 0) {
      await this.parts.bundles.store.noteFolder(bundle.id)
      return unchanged(bundle)
    }
    await this.refill(bundle, backfill)
    return new Promise((resolve, reject) => {
      this.append(next, backfill, by, {resolve, reject}).catch(reject)
    })
  }

  /** The old rules go on meanwhile, so that the activation has little left to read. */
  private async refill(next: Bundle, backfill: readonly string[]): Promise<void> {
    const {partition, log, store, clock} = this.parts
    if (partition.bundle !== this.latest) return
    const activation = {bundle: next.id, at: clock.now(), backfill}
    const {missing} = takeoverBy(next, activation, log.end, partition)
    const refilled = await refill(partition, next, missing, log.end, {source: log, store})
    if (refilled.fields.size > 0) this.refilled.set(next.id, refilled)
  }

  private async append(
    next: LoadedBundle,
    backfill: readonly string[],
    by: Actor,
    waiting: Waiting | undefined,
  ): Promise<void> {
    if (this.failure !== undefined) throw this.failure
    const {bundles, log, clock, partition, audit} = this.parts
    const {id} = next.bundle
    await bundles.keep(next)
    await audit.write(activationTold(by, this.latest.id, id, backfill))
    const record = activationRecord(id, backfill, clock)
    // It may be in force before the log says that it has it.
    this.expected.push(waiting)
    try {
      await log.append(partition.number, [record])
    } catch (error) {
      this.expected.pop()
      throw error
    }
    this.latest = next.bundle
    await bundles.store.noteFolder(id)
  }
}
