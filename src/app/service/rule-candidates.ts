import {type ActivationRequest, RulesRefusedError} from '../../adapters/http/rules-service.js'
import type {Bundle} from '../../core/bundle/bundle.js'
import {formatFault} from '../../core/source/source-fault.js'
import type {Clock} from '../../engine/port/clock.js'
import type {KeptBundles} from '../bundle/kept-bundles.js'
import {BundleError, type LoadedBundle} from '../bundle/load-bundle.js'
import {amendedBundle, carriedOver} from '../rules/amended-bundle.js'
import {refusals, unknownRules} from './rules-refusal.js'

export interface RuleCandidatesParts {
  readonly bundles: KeptBundles
  readonly clock: Clock
  /** What the rules and features folders hold now. Rejects with a BundleError. */
  readonly readFolder: () => Promise<LoadedBundle>
}

/** What may come into force after the bundle that is `latest`: what the folder holds, one of before, or an amendment. */
export class RuleCandidates {
  constructor(
    private readonly parts: RuleCandidatesParts,
    private readonly latest: () => Bundle,
  ) {}

  /** What is asked for, checked. Rejects with RulesRefusedError or UnknownBundleError. */
  async asked({bundle: id, backfill, amendment}: ActivationRequest): Promise<LoadedBundle> {
    const {bundles, clock} = this.parts
    if (amendment !== undefined)
      return amendedBundle(await bundles.load(this.latest().id), amendment, clock.now())
    const next = id === undefined ? await this.folder() : await bundles.load(id)
    const faults =
      id === undefined ? await this.faultsOf(next, backfill) : unknownRules(next.bundle, backfill)
    if (faults.length > 0) throw new RulesRefusedError(faults)
    return next
  }

  /** What the folder holds, with the amendments in force. Rejects with RulesRefusedError. */
  async folder(): Promise<LoadedBundle> {
    const read = await this.parts.readFolder().catch((error: unknown) => {
      throw error instanceof BundleError ? new RulesRefusedError(error.faults.map(formatFault)) : error
    })
    return this.carriedOver(read)
  }

  /** The same, where it is known what the folder holds. */
  async carriedOver(read: LoadedBundle): Promise<LoadedBundle> {
    const {bundles, clock} = this.parts
    return carriedOver(read, (await bundles.load(this.latest().id)).content, clock.now())
  }

  /** Why it cannot take over; nothing if it can. */
  faultsOf({bundle}: LoadedBundle, backfill: readonly string[] = []): Promise<readonly string[]> {
    return refusals(bundle, this.latest(), this.parts.bundles, backfill)
  }

  /** Whether what the folder holds is neither in force nor was considered before. */
  async isNew({bundle: {id}}: LoadedBundle): Promise<boolean> {
    return id !== this.latest().id && id !== (await this.parts.bundles.store.lastFolder())
  }

  /** What the folder holds now is not what was asked for: it waits until it changes. */
  async passOverFolder(): Promise<void> {
    const folder = await this.folder().catch(() => undefined)
    if (folder !== undefined) await this.parts.bundles.store.noteFolder(folder.bundle.id)
  }
}
