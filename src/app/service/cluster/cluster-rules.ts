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
import type {Bundle} from '../../../core/bundle/bundle.js'
import type {BundleContent} from '../../../core/bundle/bundle-content.js'
import type {Actor} from '../../../core/case/audit-record.js'
import {formatTime} from '../../../core/event/time.js'
import type {CommittedBatch} from '../../../engine/operator/batch.js'
import type {AuditTrail} from '../../../engine/port/audit-trail.js'
import type {Clock} from '../../../engine/port/clock.js'
import type {EventIntake} from '../../../engine/port/event-intake.js'
import type {Partition} from '../../../engine/stage/partition.js'
import type {KeptBundles} from '../../bundle/kept-bundles.js'
import type {LoadedBundle} from '../../bundle/load-bundle.js'
import {activationRecord, activationTold, FOLDER} from '../activation-record.js'
import {RuleCandidates} from '../rule-candidates.js'
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
  private readonly candidates: RuleCandidates

  constructor(
    private readonly parts: ClusterRulesParts,
    inForce: Bundle,
  ) {
    this.latest = inForce
    this.current = inForce
    this.candidates = new RuleCandidates(parts, () => this.latest)
  }

  /** Activates what the folder holds if no worker has considered it yet. What is refused is heard of, and changes nothing. */
  folderMayHaveChanged(): Promise<void> {
    return this.requests.run(async () => {
      try {
        await this.consider(await this.candidates.folder())
      } catch (error) {
        if (!(error instanceof RulesRefusedError)) throw error
        this.refuse(error.faults)
      }
    })
  }

  /** The same, where it is known what the folder holds. */
  async considerFolder(read: LoadedBundle): Promise<void> {
    await this.consider(await this.candidates.carriedOver(read))
  }

  private async consider(folder: LoadedBundle): Promise<void> {
    if (!(await this.candidates.isNew(folder))) {
      this.refused = null
      return
    }
    const faults = await this.candidates.faultsOf(folder)
    if (faults.length > 0) return this.refuse(faults)
    this.refused = null
    if (await this.parts.activations.claimActivation(folder.bundle.id)) await this.append(folder, [], FOLDER)
  }

  /** The bundle that `activate` would bring into force. Rejects as it does. */
  check(request: ActivationRequest): Promise<string> {
    return this.requests.run(async () => (await this.candidates.asked(request)).bundle.id)
  }

  activate(request: ActivationRequest): Promise<ActivationReport> {
    const {by, bundle: id, expected, backfill, amendment} = request
    return this.requests.run(async () => {
      const next = await this.candidates.asked(request)
      const isOfFolder = id === undefined && amendment === undefined
      if (isOfFolder && expected !== undefined && next.bundle.id !== expected)
        throw new OutdatedProposalError()
      if (amendment === undefined) this.refused = null
      if (next.bundle.id === this.latest.id && backfill.length === 0) return unchanged(next.bundle)
      const report = await this.bringIntoForce(next, backfill, by)
      if (!isOfFolder) await this.candidates.passOverFolder()
      return report
    })
  }

  /** What the bundle in force at the end of the log was compiled from, as far as it is known here. */
  async content(): Promise<BundleContent> {
    return (await this.parts.bundles.load(this.latest.id)).content
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
    await audit.write(activationTold(by, this.latest.id, id, backfill))
    await intake.append(0, [activationRecord(id, backfill, clock)])
    this.latest = next.bundle
    await activations.noteLatest(id)
    await bundles.store.noteFolder(id)
  }
}
