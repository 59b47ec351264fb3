import {
  type ModelProposal,
  type ModelProposals,
  OutdatedChampionError,
} from '../../adapters/http/model-proposals.js'
import {type ModelsService, type Promotion, UnknownModelError} from '../../adapters/http/models-service.js'
import type {Actor} from '../../core/case/audit-record.js'
import type {Clock} from '../../engine/port/clock.js'
import type {ProposalStore} from '../../engine/port/proposal-store.js'
import {SecondPerson} from './second-person.js'

/** Another version becomes champion when a second person agrees. */
export class ModelFourEyes implements ModelProposals {
  private readonly proposals: SecondPerson<ModelProposal>

  constructor(
    store: ProposalStore<ModelProposal>,
    private readonly models: ModelsService,
    clock: Clock,
  ) {
    this.proposals = new SecondPerson({
      store,
      clock,
      told: (step, actor, before, after) => {
        const {version = null} = after ?? before ?? {}
        const subject = {type: 'model', id: String(version ?? 'former')}
        return {actor, action: `model.${step}`, subject, before, after}
      },
    })
  }

  current(): Promise<ModelProposal | null> {
    return this.proposals.current()
  }

  proposePromotion(version: number, by: Actor): Promise<ModelProposal> {
    return this.proposals.propose(by, async () => {
      const {models, champion} = await this.models.list()
      const versions = models.map((model) => model.version)
      if (!versions.includes(version)) throw new UnknownModelError(versions)
      return {action: 'promote', version, champion}
    })
  }

  proposeRollback(by: Actor): Promise<ModelProposal> {
    return this.proposals.propose(by, async () => {
      const {champion} = await this.models.list()
      return {action: 'rollback', version: null, champion}
    })
  }

  approve(id: string, by: Actor): Promise<Promotion> {
    return this.proposals.approve(id, by, async ({version, champion}) => {
      const now = await this.models.list()
      if (now.champion !== champion) throw new OutdatedChampionError()
      return version === null ? this.models.rollback(by) : this.models.promote(version, by)
    })
  }

  withdraw(id: string, by: Actor): Promise<void> {
    return this.proposals.withdraw(id, by)
  }
}
