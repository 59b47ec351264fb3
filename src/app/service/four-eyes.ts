import {
  OutdatedProposalError,
  type RuleProposal,
  type RuleProposals,
} from '../../adapters/http/rule-proposals.js'
import type {ActivationReport, ActivationRequest} from '../../adapters/http/rules-service.js'
import type {Actor} from '../../core/case/audit-record.js'
import type {Clock} from '../../engine/port/clock.js'
import type {ProposalStore} from '../../engine/port/proposal-store.js'
import {SecondPerson} from './second-person.js'

/** Checks rules, and brings them into force. */
export interface CheckedRules {
  /** The bundle that `activate` would bring into force. Rejects as it does. */
  check(request: ActivationRequest): Promise<string>
  activate(request: ActivationRequest): Promise<ActivationReport>
  /** Of a rule in force, also one that is off. */
  versionOf(rule: string): number | undefined
}

/** Rules come into force when a second person agrees. */
export class FourEyes implements RuleProposals {
  private readonly proposals: SecondPerson<RuleProposal>

  constructor(
    store: ProposalStore<RuleProposal>,
    private readonly rules: CheckedRules,
    clock: Clock,
  ) {
    this.proposals = new SecondPerson({
      store,
      clock,
      told: (step, actor, before, after) => {
        const {bundle: id = ''} = after ?? before ?? {}
        return {actor, action: `rules.${step}`, subject: {type: 'bundle', id}, before, after}
      },
    })
  }

  current(): Promise<RuleProposal | null> {
    return this.proposals.current()
  }

  propose(request: ActivationRequest): Promise<RuleProposal> {
    return this.proposals.propose(request.by, async () => ({
      bundle: await this.rules.check(request),
      is_former: request.bundle !== undefined,
      backfill: [...request.backfill],
      mode: this.modeOf(request),
    }))
  }

  approve(id: string, by: Actor): Promise<ActivationReport> {
    return this.proposals.approve(id, by, async ({bundle, backfill, is_former, mode}) => {
      if (mode && this.rules.versionOf(mode.rule) !== mode.version) throw new OutdatedProposalError()
      const which = mode ? {amendment: {mode}} : is_former ? {bundle} : {expected: bundle}
      return this.rules.activate({by, backfill, ...which})
    })
  }

  withdraw(id: string, by: Actor): Promise<void> {
    return this.proposals.withdraw(id, by)
  }

  /** Names the version that is looked at: of another one, nobody asked for this mode. */
  private modeOf({amendment}: ActivationRequest): RuleProposal['mode'] {
    const mode = amendment?.mode
    const version = mode === undefined ? undefined : this.rules.versionOf(mode.rule)
    return mode === undefined || version === undefined ? null : {...mode, version}
  }
}
