/*
 * The keys in Redis, all in one place. All keys of a partition share a hash tag, so that one script can write them.
 *
 *   <namespace>:<generation>:{p<n>}:standing       hash: instance, epoch, owner, commit number, offset, checkpoint
 *   …:h:<key>                                      history: packed records, appended
 *   …:j:<key>                                      judgement
 *   …:f:<key>                                      what dropped events left behind for features
 *   …:expiries  …:deadlines                        sorted sets: keys by event time
 *   …:profiles                                     hash: versions of profiles by id
 *   …:visits                                       sorted set: visits of a commit by the newest of them
 *   …:outbox  …:activations  …:shapes              hashes: by sequence, by offset, by number
 *   …:built                                        hash: what was said while the state was built from the log, by name
 *   …:lifts                                        hash: by name, what is added to a record's revision
 *   …:restoring                                    who writes a snapshot where the state was lost
 *   <namespace>:{b<n>}:…                           read model, in buckets by id
 *   <namespace>:{q<n>}:…                           dead letters and late inputs of a partition
 *   <namespace>:{bundles}:…                        bundles
 *   <namespace>:{desk}:…                           audit trail, proposed rules, subscriptions and their queues
 *   <namespace>:{models}:…                         versions of the model, and what is known of their training
 *   <namespace>:{w<n>}:…                           whether a transaction that is waited for was decided on, or answered for
 *   <namespace>:{feed}                             stream: the newest alert records, as they were published
 *   <namespace>:{feed}:cases                       the same of what happened to cases
 *   <namespace>:{i<hash>}                          what was sent under an idempotency key
 */

/** An installation's keys, and which generation of its state. */
export interface Keyspace {
  /** Letters, digits, - and _: no braces, which would be taken for the hash tag. */
  readonly namespace: string
  /** A new engine builds its state under another number beside the old one. Default 1. */
  readonly generation?: number | undefined
}

export interface PartitionKeys {
  readonly standing: string
  readonly expiries: string
  readonly deadlines: string
  readonly profiles: string
  readonly visits: string
  readonly outbox: string
  readonly activations: string
  readonly shapes: string
  readonly built: string
  readonly lifts: string
  readonly restoring: string
  history(key: string): string
  judgement(key: string): string
  features(key: string): string
}

export function partitionKeys({namespace, generation = 1}: Keyspace, partition: number): PartitionKeys {
  const prefix = `${namespace}:${generation}:{p${partition}}:`
  return {
    standing: `${prefix}standing`,
    expiries: `${prefix}expiries`,
    deadlines: `${prefix}deadlines`,
    profiles: `${prefix}profiles`,
    visits: `${prefix}visits`,
    outbox: `${prefix}outbox`,
    activations: `${prefix}activations`,
    shapes: `${prefix}shapes`,
    built: `${prefix}built`,
    lifts: `${prefix}lifts`,
    restoring: `${prefix}restoring`,
    history: (key) => `${prefix}h:${idText(key)}`,
    judgement: (key) => `${prefix}j:${idText(key)}`,
    features: (key) => `${prefix}f:${idText(key)}`,
  }
}

/**
 * An id as text that has a UTF-8 form: ids that differ give texts that differ, and most stay as they are. (Lone
 * surrogates have no such form: all of them would become the same replacement character.)
 */
export function idText(id: string): string {
  return JSON.stringify(id).slice(1, -1)
}

export function idOf(text: string): string {
  return JSON.parse(`"${text}"`) as string
}

/** Records of the read model are spread over so many hash tags, and so over the servers of a cluster. Never changed. */
export const BUCKETS = 16

/** The bucket of a record by its id: FNV-1a. */
export function bucketOf(id: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < id.length; i++) hash = Math.imul(hash ^ id.charCodeAt(i), 0x01000193)
  return (hash >>> 0) % BUCKETS
}

export interface BucketKeys {
  /** Sorted sets of places: what stands when. */
  readonly alertPlaces: string
  readonly decisionPlaces: string
  readonly featurePlaces: string
  readonly verdictPlaces: string
  /** List: changes by people that are not on the trail yet. */
  readonly untold: string
  alert(id: string): string
  /** List: what people did with an alert that is not there yet. */
  waitingChanges(alert: string): string
  /** The decisions of all users about a transaction id. */
  decisions(transaction: string): string
  /** The features of all users' transactions with an id, as they were served. */
  features(transaction: string): string
  /** The verdicts of all users' feedback events with an id. */
  verdicts(feedback: string): string
}

export function bucketKeys({namespace}: Keyspace, bucket: number): BucketKeys {
  const prefix = `${namespace}:{b${bucket}}:`
  return {
    alertPlaces: `${prefix}alerts`,
    decisionPlaces: `${prefix}decisions`,
    featurePlaces: `${prefix}features`,
    verdictPlaces: `${prefix}verdicts`,
    untold: `${prefix}untold`,
    alert: (id) => `${prefix}a:${idText(id)}`,
    waitingChanges: (alert) => `${prefix}a-waits:${idText(alert)}`,
    decisions: (transaction) => `${prefix}d:${idText(transaction)}`,
    features: (transaction) => `${prefix}f:${idText(transaction)}`,
    verdicts: (feedback) => `${prefix}v:${idText(feedback)}`,
  }
}

/** Inputs of a partition that were not accepted: hashes by place, places in order, how many there ever were. */
export interface RefusedKeys {
  readonly values: string
  readonly places: string
  readonly count: string
  readonly replays: string
}

export function refusedKeys(
  {namespace}: Keyspace,
  kind: 'dead-letters' | 'late',
  partition: number,
): RefusedKeys {
  const prefix = `${namespace}:{q${partition}}:${kind}`
  return {
    values: prefix,
    places: `${prefix}:places`,
    count: `${prefix}:count`,
    replays: `${prefix}:replays`,
  }
}

/** The partitions of which there are such inputs. */
export function refusedPartitions({namespace}: Keyspace): string {
  return `${namespace}:{q}:partitions`
}

/** What people work with, on one hash tag: a change and its audit record are one script. */
export interface DeskKeys {
  /** List: the audit trail. */
  readonly trail: string
  readonly proposal: string
  readonly modelProposal: string
  /** Set: ids of subscriptions. */
  readonly subscriptions: string
  /** Counts claims of deliveries: each has a number of its own. */
  readonly claims: string
  subscription(id: string): string
}

export function deskKeys({namespace}: Keyspace): DeskKeys {
  const prefix = `${namespace}:{desk}:`
  return {
    trail: `${prefix}trail`,
    proposal: `${prefix}proposal`,
    modelProposal: `${prefix}model-proposal`,
    subscriptions: `${prefix}subscriptions`,
    claims: `${prefix}claims`,
    subscription: (id) => `${prefix}s:${idText(id)}`,
  }
}

/** Marks a change by its random id as done, beside what it changes. `tag`: without braces. */
export function doneKey({namespace}: Keyspace, tag: string, change: string): string {
  return `${namespace}:{${tag}}:done:${change}`
}

/** The model's versions, and what is known of their training. */
export interface ModelKeys {
  readonly lease: string
  /** Hash: texts by number. */
  readonly versions: string
  readonly aliases: string
  readonly retrainLease: string
  /** Hash: since when, verdicts since, the run under way, what came of the last. */
  readonly retraining: string
}

export function modelKeys({namespace}: Keyspace): ModelKeys {
  const prefix = `${namespace}:{models}:`
  return {
    lease: `${prefix}lease`,
    versions: `${prefix}versions`,
    aliases: `${prefix}aliases`,
    retrainLease: `${prefix}retrain-lease`,
    retraining: `${prefix}retraining`,
  }
}

/** The queue of one subscription, on the hash tag of the desk. Ids of deliveries are members and fields. */
export interface QueueKeys {
  /** Hash: deliveries. */
  readonly deliveries: string
  /** Sorted set: those that wait, by when they are due. */
  readonly waiting: string
  /** Sorted set: those that somebody has taken, by when they are free again. */
  readonly taken: string
  /** Hash: number of its claim and due time of each that was taken. */
  readonly claims: string
  /** Sorted set: the places of all, the newest first. */
  readonly places: string
  /** Hash: who sends, and until when nobody else does. */
  readonly lane: string
}

export function queueKeys({namespace}: Keyspace, subscription: string): QueueKeys {
  const prefix = `${namespace}:{desk}:q:${idText(subscription)}:`
  return {
    deliveries: `${prefix}deliveries`,
    waiting: `${prefix}waiting`,
    taken: `${prefix}taken`,
    claims: `${prefix}claims`,
    places: `${prefix}places`,
    lane: `${prefix}lane`,
  }
}

/** Who answers for a transaction that somebody waits for. */
export function waitedKey(
  {namespace}: Keyspace,
  partition: number,
  user: string,
  transaction: string,
): string {
  return `${namespace}:{w${partition}}:${idText(user)}:${idText(transaction)}`
}

export function alertFeedKey({namespace}: Keyspace): string {
  return `${namespace}:{feed}`
}

export function caseFeedKey(keyspace: Keyspace): string {
  return `${alertFeedKey(keyspace)}:cases`
}

/** `hash` stands for the owner and the key. */
export function idempotencyKey({namespace}: Keyspace, hash: string): string {
  return `${namespace}:{i${hash}}`
}
