import type {Actor} from '../../core/case/audit-record.js'

/** Changes by two people: what somebody proposed, somebody else does. There is one proposal at a time: a newer one takes its place. */
export interface Proposals<Proposal, Done> {
  current(): Promise<Proposal | null>
  /** Does what was proposed. Rejects with UnknownProposalError or OwnProposalError, and as what it does: it goes on waiting then. */
  approve(id: string, by: Actor): Promise<Done>
  /** Drops a proposal. Rejects with UnknownProposalError. */
  withdraw(id: string, by: Actor): Promise<void>
}

export class UnknownProposalError extends RangeError {
  constructor() {
    super('no such proposal waits')
    this.name = 'UnknownProposalError'
  }
}

/** Whoever proposes something does not approve it. */
export class OwnProposalError extends Error {
  constructor() {
    super('you proposed this yourself; somebody else has to approve it')
    this.name = 'OwnProposalError'
  }
}
