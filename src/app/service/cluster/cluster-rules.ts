import {
  type ActivationReport,
  type ActivationRequest,
  RulesRefusedError,
  type RulesService,
  type RunningRules,
} from '../../../adapters/http/rules-service.js'
import {CONTROL_STREAM, encodeActivation} from '../../../core/bundle/activation.js'
import type {Bundle} from '../../../core/bundle/bundle.js'
import {formatTime} from '../../../core/event/time.js'
import {formatFault} from '../../../core/source/source-fault.js'
import type {CommittedBatch} from '../../../engine/operator/batch.js'
import type {Clock} from '../../../engine/port/clock.js'
import type {EventIntake} from '../../../engine/port/event-intake.js'
import type {Partition} from '../../../engine/stage/partition.js'
import type {KeptBundles} from '../../bundle/kept-bundles.js'
import {BundleError, type LoadedBundle} from '../../bundle/load-bundle.js'
import {refusals, unknownRules} from '../rules-refusal.js'
import {reportOf, runningRules, unchanged} from '../rules-report.js'
import {sharedKeyFaults} from './shared-key-faults.js'

export interface ClusterRulesParts {
  readonly intake: EventIntake
  readonly bundles: KeptBundles
  readonly clock: Clock
  readonly partitions: number
  /** One that is this process's; undefined while it has none. */
  readonly anyPartition: () => Partition | undefined
  /** What the rules and features folders hold now. Rejects with a BundleError. */
  readonly readFolder: () => Promise<LoadedBundle>
  readonly onActivated: (report: ActivationReport) => void
  readonly onRefused: (faults: readonly string[]) => void
}

/** So long it is waited for an activation to be in force with this process. */
const IN_FORCE_LIMIT_MS = 10_000

/** Changes the rules of all workers: a control record on the topic that every partition reads. */
export class ClusterRules implements RulesService {
  private refused: RunningRules['refused'] = null
  private requests: Promise<unknown> = Promise.resolve()
  private readonly waiting = new Map<string, (report: ActivationReport) => void>()
  /** In force at the end of the log, as far as it is known here. */
  private latest: Bundle

  constructor(
    private readonly parts: ClusterRulesParts,
    inForce: Bundle,
  ) {
    this.latest = inForce
  }

  /** Activates what the folder holds if no worker has considered it yet. What is refused is heard of, and changes nothing. */
  async folderMayHaveChanged(folder: LoadedBundle): Promise<void> {
    const {store} = this.parts.bundles
    const {id} = folder.bundle
    if (id === this.latest.id || id === (await store.lastFolder())) return
    const faults = await this.faultsOf(folder, [])
    if (faults.length > 0) this.refuse(faults)
    else await this.append(folder, [])
  }

  activate({bundle: id, backfill}: ActivationRequest): Promise<ActivationReport> {
    const done = this.requests.then(async () => {
      const next = id === undefined ? await this.readFolder() : await this.parts.bundles.load(id)
      const faults =
        id === undefined ? await this.faultsOf(next, backfill) : unknownRules(next.bundle, backfill)
      if (faults.length > 0) throw new RulesRefusedError(faults)
      this.refused = null
      if (next.bundle.id === this.latest.id && backfill.length === 0) return unchanged(next.bundle)
      return this.bringIntoForce(next, backfill)
    })
    this.requests = done.catch(() => undefined)
    return done
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
    const report = reportOf(this.latest, bundle, inForce)
    // Every partition reads it; it is told once.
    if (bundle !== this.latest) this.parts.onActivated(report)
    this.latest = bundle
    this.waiting.get(bundle.id)?.(report)
  }

  /** The folder is not what it should be; the rules in force stay so. */
  refuse(faults: readonly string[]): void {
    this.refused = {at: formatTime(this.parts.clock.now()), faults}
    this.parts.onRefused(faults)
  }

  private async faultsOf(next: LoadedBundle, backfill: readonly string[]): Promise<readonly string[]> {
    const {bundles, partitions} = this.parts
    return [
      ...sharedKeyFaults(next.bundle, partitions),
      ...(await refusals(next.bundle, this.latest, bundles, backfill)),
    ]
  }

  private readFolder(): Promise<LoadedBundle> {
    return this.parts.readFolder().catch((error: unknown) => {
      throw error instanceof BundleError ? new RulesRefusedError(error.faults.map(formatFault)) : error
    })
  }

  private async bringIntoForce(next: LoadedBundle, backfill: readonly string[]): Promise<ActivationReport> {
    const {id} = next.bundle
    const before = this.latest
    const inForce = new Promise<ActivationReport>((resolve) => {
      // On the log it is: a worker that has no partition, or is far behind, says what will be.
      const report = {
        ...unchanged(next.bundle),
        previous: before.id,
        activated_at: formatTime(this.parts.clock.now()),
      }
      const timer = setTimeout(() => resolve(report), this.parts.anyPartition() ? IN_FORCE_LIMIT_MS : 0)
      this.waiting.set(id, (observed) => {
        clearTimeout(timer)
        resolve(observed)
      })
    })
    await this.append(next, backfill)
    return inForce.finally(() => this.waiting.delete(id))
  }

  private async append(next: LoadedBundle, backfill: readonly string[]): Promise<void> {
    const {bundles, intake, clock} = this.parts
    const {id} = next.bundle
    await bundles.keep(next)
    const bytes = Buffer.from(encodeActivation({bundle: id, backfill}))
    await intake.append(0, [{stream: CONTROL_STREAM, bytes, refusal: undefined, ingestedAt: clock.now()}])
    await bundles.store.noteFolder(id)
  }
}
