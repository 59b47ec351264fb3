/**
 * The plain data that goes through the oracle. Every time is event time in integer milliseconds since the
 * epoch (UTC) unless its name says otherwise.
 */

export const STREAMS = ['transactions', 'locations', 'merchants', 'feedback'] as const
export type StreamName = (typeof STREAMS)[number]
export type KeyName = 'user_id' | 'card_id' | 'merchant_id' | 'device_id' | 'ip'

/**
 * An event that passed every check. `fields` holds no null and no empty optional id; defaults are filled
 * in.
 */
export interface AcceptedEvent {
  readonly stream: StreamName
  readonly id: string
  readonly time: number
  readonly fields: Readonly<Record<string, unknown>>
}

export interface ReplayLine {
  readonly stream: string
  readonly event: unknown
  readonly arrival_time?: string | number
  readonly partition?: number
}

/** A line of the replay input: raw text (no newline) or the object it would parse to. */
export type Line = string | ReplayLine

export interface EventMatch {
  readonly event: {readonly as: string; readonly stream: StreamName}
  readonly when?: string
}

export interface WindowMatch {
  readonly window: {
    readonly as: string
    readonly stream: StreamName
    readonly when?: string
    readonly span: string
  }
  readonly having: string
}

export interface BindingStep {
  readonly as: string
  readonly stream: StreamName
  readonly when?: string
  /** `3`, `'2..4'` or `'3..'`: the step binds a group. */
  readonly times?: number | string
  readonly next?: boolean
}

export interface AbsentStep {
  readonly absent: string
  readonly stream: StreamName
  readonly when?: string
}

export interface SequenceMatch {
  readonly sequence: {
    readonly within: string
    readonly steps: readonly (BindingStep | AbsentStep)[]
    readonly until?: {readonly as: string; readonly stream: StreamName; readonly when?: string}
  }
}

export interface TogetherItem {
  readonly as: string
  readonly stream: StreamName
  readonly when?: string
  readonly after?: string
}

export interface TogetherMatch {
  readonly together: {
    readonly within: string
    readonly anchor?: string
    readonly of: readonly TogetherItem[]
  }
}

export type Match = EventMatch | WindowMatch | SequenceMatch | TogetherMatch

/** A parsed rule file; only the fields that shape a result are read. */
export interface RuleFile {
  readonly schema: string
  readonly id: string
  readonly version: number
  readonly title: string
  readonly mode?: 'live' | 'shadow' | 'off'
  readonly key: KeyName
  readonly severity: 'low' | 'medium' | 'high' | 'critical'
  readonly action: 'review' | 'decline' | 'approve'
  readonly score: number
  readonly cooldown?: string
  readonly match: Match
}

export interface ListFile {
  readonly schema?: string
  readonly name: string
  readonly entries: readonly {
    readonly value: string | number | boolean
    readonly expires?: string
    readonly note?: string
  }[]
}

/** `from` and `expires` are as YAML leaves them: text (`2026-01-01` or RFC 3339). */
export interface RatesFile {
  readonly schema?: string
  readonly usd_per: Readonly<Record<string, readonly {readonly from: string; readonly rate: number}[]>>
}

/** All durations in milliseconds, the limit in bytes. */
export interface Settings {
  readonly outOfOrderness: number
  readonly allowedLateness: number
  readonly idleTimeout: number
  readonly maxFutureSkew: number
  readonly dedupRetention: number
  readonly locationMaxAge: number
  readonly eventLimit: number
}

export const DEFAULT_SETTINGS: Settings = {
  outOfOrderness: 5_000,
  allowedLateness: 600_000,
  idleTimeout: 30_000,
  maxFutureSkew: 300_000,
  dedupRetention: 86_400_000,
  locationMaxAge: 86_400_000,
  eventLimit: 262_144,
}

/** What a rule shows for one firing anchor: its events in the total order, each under its `as` name. */
export interface Evidence {
  readonly members: readonly {readonly as: string; readonly event: AcceptedEvent}[]
  /** Present for a trailing absence: the alert is stamped with it. */
  readonly deadline?: number
}
