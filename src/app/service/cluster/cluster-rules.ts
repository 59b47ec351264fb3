import {Exclusive} from '../../../adapters/embedded/exclusive.js'
import {OutdatedProposalError} from '../../../adapters/http/rule-proposals.js'
import {
  type ActivationReport,
  type ActivationRequest,
  RulesRefusedError,
  type RulesService,
  type RunningRules,
} from '../../../adapters/http/rules-service.js'
import type {RedisBundleStore} from '../../../adapters/redis/bundle-store.js'
import {CONTROL_STREAM, encodeActivation} from '../../../core/bundle/activation.js'
import type {Bundle} from '../../../core/bundle/bundle.js'
import type {Actor} from '../../../core/case/audit-record.js'
import {formatTime} from '../../../core/event/time.js'
import {formatFault} from '../../../core/source/source-fault.js'
import type {CommittedBatch} from '../../../engine/operator/batch.js'
import type {AuditTrail} from '../../../engine/port/audit-trail.js'
import type {Clock} from '../../../engine/port/clock.js'
import type {EventIntake} from '../../../engine/port/event-intake.js'
import type {Partition} from '../../../engine/stage/partition.js'
import type {KeptBundles} from '../../bundle/kept-bundles.js'
import {BundleError, type LoadedBundle} from '../../bundle/load-bundle.js'
import {amendedBundle, carriedOver} from '../../rules/amended-bundle.js'
import {refusals, unknownRules} from '../rules-refusal.js'
import {announced, reportOf, runningRules, unchanged} from '../rules-report.js'

export interface ClusterRulesParts {
  readonly intake: EventIntake
  readonly bundles: KeptBundles
  readonly clock: Clock
  /** One that is this process's; undefined while it has none. */
  readonly anyPartition: () => Partition | undefined
  /** What the rules and features folders hold now. Rejects with a BundleError. */
  readonly readFolder: () => Promise<LoadedBundle>
  readonly onActivated: (report: ActivationReport) => void
  readonly onRefused: (faults: readonly string[]) => void
  readonly audit: Pick<AuditTrail, 'write'>
  /** What all processes know of activations. */
  readonly activations: Pick<RedisBundleStore, 'claimActivation' | 'noteLatest'>
}

/** Says of an activation that the folder's new content brought it about. */
const FOLDER: Actor = {id: 'folder', name: 'the rules folder'}

/** So long it is waited for an activation to be in force with this process. */
const IN_FORCE_LIMIT_MS = 10_000

/** Changes the rules of all workers: a control record on the topic that every partition reads. */
export class ClusterRules implements RulesService {
  private refused: RunningRules['refused'] = null
  private readonly requests = new Exclusive()
  private readonly waiting = new Map<string, (report: ActivationReport) => void>()
  /** In force at the end of the log, as far as it is known here. */
  private latest: Bundle
  /** In force where the partitions of this process stand. */
  private current: Bundle

  constructor(
    private readonly parts: ClusterRulesParts,
    inForce: Bundle,
  ) {
    this.latest = inForce
    this.current = inForce
  }

  /** Activates what the folder holds if no worker has considered it yet. What is refused is heard of, and changes nothing. */
  folderMayHaveChanged(): Promise<void> {
    return this.requests.run(async () => {
      try {
        await this.considerFolder(await this.readFolder())
      } catch (error) {
        if (!(error instanceof RulesRefusedError)) throw error
        this.refuse(error.faults)
      }
    })
  }

  /** The same, where it is known what the folder holds. */
  async considerFolder(read: LoadedBundle): Promise<void> {
    const {bundles, activations} = this.parts
    const folder = await this.carriedOver(read)
    const {id} = folder.bundle
    if (id === this.latest.id || id === (await bundles.store.lastFolder())) {
      this.refused = null
      return
    }
    const faults = await this.faultsOf(folder, [])
    if (faults.length > 0) return this.refuse(faults)
    this.refused = null
    if (await activations.claimActivation(id)) await this.append(folder, [], FOLDER)
  }

  /** The bundle that `activate` would bring into force. Rejects as it does. */
  check(request: ActivationRequest): Promise<string> {
    return this.requests.run(async () => (await this.checked(request)).bundle.id)
  }

  activate(request: ActivationRequest): Promise<ActivationReport> {
    const {by, bundle: id, expected, backfill, amendment} = request
    return this.requests.run(async () => {
      const next = await this.checked(request)
      const isOfFolder = id === undefined && amendment === undefined
      if (isOfFolder && expected !== undefined && next.bundle.id !== expected)
        throw new OutdatedProposalError()
      if (amendment === undefined) this.refused = null
      if (next.bundle.id === this.latest.id && backfill.length === 0) return unchanged(next.bundle)
      const report = await this.bringIntoForce(next, backfill, by)
      if (isOfFolder) return report
      // What the folder holds now is not what was asked for: it waits until it changes.
      const folder = await this.readFolder().catch(() => undefined)
      if (folder !== undefined) await this.parts.bundles.store.noteFolder(folder.bundle.id)
      return report
    })
  }

  private async checked({bundle: id, backfill, amendment}: ActivationRequest): Promise<LoadedBundle> {
    const {bundles, clock} = this.parts
    if (amendment !== undefined)
      return amendedBundle(await bundles.load(this.latest.id), amendment, clock.now())
    const next = id === undefined ? await this.readFolder() : await bundles.load(id)
    const faults =
      id === undefined ? await this.faultsOf(next, backfill) : unknownRules(next.bundle, backfill)
    if (faults.length > 0) throw new RulesRefusedError(faults)
    return next
  }

  /** Of a rule in force, also one that is off. */
  versionOf(rule: string): number | undefined {
    return this.latest.sources.find(({id}) => id === rule)?.version
  }

  running(): RunningRules {
    const partition = this.parts.anyPartition()
    if (partition !== undefined) return runningRules(partition, this.refused)
    return {bundle: this.latest.id, activated_at: null, backfilling: [], rules: [], refused: this.refused}
  }

  /** A batch was committed: where a bundle came into force with it, those who wait for that are told. */
  observe({input, partition}: CommittedBatch): void {
    if (input.control === undefined) return
    const {bundle, inForce} = partition
    const report = reportOf(this.current, bundle, inForce)
    // Every partition reads it; it is told once.
    if (bundle !== this.current) this.parts.onActivated(report)
    // What this process put on the log itself comes later, if it is not in force yet.
    if (this.latest === this.current) this.latest = bundle
    this.current = bundle
    this.waiting.get(bundle.id)?.(report)
  }

  /** The folder is not what it should be; the rules in force stay so. */
  refuse(faults: readonly string[]): void {
    this.refused = {at: formatTime(this.parts.clock.now()), faults}
    this.parts.onRefused(faults)
  }

  private async faultsOf(next: LoadedBundle, backfill: readonly string[]): Promise<readonly string[]> {
    return refusals(next.bundle, this.latest, this.parts.bundles, backfill)
  }

  private async readFolder(): Promise<LoadedBundle> {
    const folder = await this.parts.readFolder().catch((error: unknown) => {
      throw error instanceof BundleError ? new RulesRefusedError(error.faults.map(formatFault)) : error
    })
    return this.carriedOver(folder)
  }

  private async carriedOver(folder: LoadedBundle): Promise<LoadedBundle> {
    const {bundles, clock} = this.parts
    return carriedOver(folder, (await bundles.load(this.latest.id)).content, clock.now())
  }

  private async bringIntoForce(
    next: LoadedBundle,
    backfill: readonly string[],
    by: Actor,
  ): Promise<ActivationReport> {
    const {id} = next.bundle
    const before = this.latest
    const inForce = new Promise<ActivationReport>((resolve) => {
      // On the log it is: a worker that has no partition, or is far behind, says what will be.
      const report = announced(before, next.bundle, backfill, this.parts.clock.now())
      const timer = setTimeout(() => resolve(report), this.parts.anyPartition() ? IN_FORCE_LIMIT_MS : 0)
      this.waiting.set(id, (observed) => {
        clearTimeout(timer)
        resolve(observed)
      })
    })
    await this.append(next, backfill, by)
    return inForce.finally(() => this.waiting.delete(id))
  }

  private async append(next: LoadedBundle, backfill: readonly string[], by: Actor): Promise<void> {
    const {bundles, intake, clock, audit, activations} = this.parts
    const {id} = next.bundle
    await bundles.keep(next)
    // Before the log has it: no rules come into force of which nobody knows who wanted them.
    await audit.write({
      actor: by,
      action: 'rules.activate',
      subject: {type: 'bundle', id},
      before: {bundle: this.latest.id},
      after: {bundle: id, backfill: [...backfill]},
    })
    const bytes = Buffer.from(encodeActivation({bundle: id, backfill}))
    await intake.append(0, [{stream: CONTROL_STREAM, bytes, refusal: undefined, ingestedAt: clock.now()}])
    this.latest = next.bundle
    await activations.noteLatest(id)
    await bundles.store.noteFolder(id)
  }
}
