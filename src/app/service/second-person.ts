import {randomUUID} from 'node:crypto'
import {Exclusive} from '../../adapters/embedded/exclusive.js'
import {OwnProposalError, UnknownProposalError} from '../../adapters/http/proposals.js'
import type {Actor, AuditedChange} from '../../core/case/audit-record.js'
import {formatTime} from '../../core/event/time.js'
import type {Clock} from '../../engine/port/clock.js'
import type {ProposalStore} from '../../engine/port/proposal-store.js'

/** Something that somebody wants to be done, and somebody else has to look at. */
export interface Proposed {
  readonly id: string
  readonly proposed_by: Actor
  readonly proposed_at: string
}

export interface SecondPersonParts<T extends Proposed> {
  readonly store: ProposalStore<T>
  readonly clock: Clock
  /** How the trail tells of it. */
  readonly told: (
    step: 'propose' | 'approve' | 'withdraw',
    by: Actor,
    before: T | null,
    after: T | null,
  ) => AuditedChange
}

/** What is done only when a second person agrees. There is one proposal at a time: a newer one takes its place. */
export class SecondPerson<T extends Proposed> {
  private readonly requests = new Exclusive()

  constructor(private readonly parts: SecondPersonParts<T>) {}

  current(): Promise<T | null> {
    return this.parts.store.current()
  }

  /** `make` says what is proposed, or rejects if it cannot be. */
  propose(by: Actor, make: () => Promise<Omit<T, keyof Proposed>>): Promise<T> {
    return this.requests.run(async () => {
      const {store, clock, told} = this.parts
      const made = await make()
      const proposal = {
        id: randomUUID(),
        ...made,
        proposed_by: by,
        proposed_at: formatTime(clock.now()),
      } as unknown as T
      await store.put(proposal, told('propose', by, await this.current(), proposal))
      return proposal
    })
  }

  /** Does what was proposed. Rejects with UnknownProposalError or OwnProposalError; and as `act`, when it goes on waiting. */
  approve<R>(id: string, by: Actor, act: (proposal: T) => Promise<R>): Promise<R> {
    return this.requests.run(async () => {
      const {store, told} = this.parts
      const proposal = await this.named(id)
      const {proposed_by} = proposal
      // One person may have several keys.
      if (proposed_by.id === by.id || proposed_by.name === by.name) throw new OwnProposalError()
      const result = await act(proposal)
      await store.drop(told('approve', by, proposal, null))
      return result
    })
  }

  /** Rejects with UnknownProposalError. */
  withdraw(id: string, by: Actor): Promise<void> {
    return this.requests.run(async () => {
      await this.parts.store.drop(this.parts.told('withdraw', by, await this.named(id), null))
    })
  }

  private async named(id: string): Promise<T> {
    const proposal = await this.current()
    if (proposal?.id !== id) throw new UnknownProposalError()
    return proposal
  }
}
