import {randomUUID} from 'node:crypto'
import {Exclusive} from '../../adapters/embedded/exclusive.js'
import {
  OutdatedProposalError,
  OwnProposalError,
  type RuleProposal,
  type RuleProposals,
  UnknownProposalError,
} from '../../adapters/http/rule-proposals.js'
import type {ActivationReport, ActivationRequest} from '../../adapters/http/rules-service.js'
import type {Actor, AuditedChange} from '../../core/case/audit-record.js'
import {formatTime} from '../../core/event/time.js'
import type {Clock} from '../../engine/port/clock.js'
import type {ProposalStore} from '../../engine/port/proposal-store.js'

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
  private readonly requests = new Exclusive()

  constructor(
    private readonly store: ProposalStore<RuleProposal>,
    private readonly rules: CheckedRules,
    private readonly clock: Clock,
  ) {}

  current(): Promise<RuleProposal | null> {
    return this.store.current()
  }

  propose(request: ActivationRequest): Promise<RuleProposal> {
    return this.requests.run(async () => {
      const bundle = await this.rules.check(request)
      const proposal: RuleProposal = {
        id: randomUUID(),
        bundle,
        is_former: request.bundle !== undefined,
        backfill: [...request.backfill],
        mode: this.modeOf(request),
        proposed_by: request.by,
        proposed_at: formatTime(this.clock.now()),
      }
      await this.store.put(proposal, told('rules.propose', request.by, await this.current(), proposal))
      return proposal
    })
  }

  approve(id: string, by: Actor): Promise<ActivationReport> {
    return this.requests.run(async () => {
      const proposal = await this.named(id)
      const {bundle, backfill, is_former, proposed_by, mode} = proposal
      // One person may have several keys.
      if (proposed_by.id === by.id || proposed_by.name === by.name) throw new OwnProposalError()
      if (mode && this.rules.versionOf(mode.rule) !== mode.version) throw new OutdatedProposalError()
      const which = mode ? {amendment: {mode}} : is_former ? {bundle} : {expected: bundle}
      const report = await this.rules.activate({by, backfill, ...which})
      await this.store.drop(told('rules.approve', by, proposal, null))
      return report
    })
  }

  withdraw(id: string, by: Actor): Promise<void> {
    return this.requests.run(async () => {
      await this.store.drop(told('rules.withdraw', by, await this.named(id), null))
    })
  }

  /** Names the version that is looked at: of another one, nobody asked for this mode. */
  private modeOf({amendment}: ActivationRequest): RuleProposal['mode'] {
    const mode = amendment?.mode
    const version = mode === undefined ? undefined : this.rules.versionOf(mode.rule)
    return mode === undefined || version === undefined ? null : {...mode, version}
  }

  private async named(id: string): Promise<RuleProposal> {
    const proposal = await this.store.current()
    if (proposal?.id !== id) throw new UnknownProposalError()
    return proposal
  }
}

function told(
  action: string,
  actor: Actor,
  before: RuleProposal | null,
  after: RuleProposal | null,
): AuditedChange {
  const {bundle: id = ''} = after ?? before ?? {}
  return {actor, action, subject: {type: 'bundle', id}, before, after}
}
