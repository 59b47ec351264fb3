import type {Observable} from 'rxjs'
import {activate} from '../operator/activate.js'
import {admit} from '../operator/admit.js'
import type {CommittedBatch, MatchedBatch} from '../operator/batch.js'
import {commit} from '../operator/commit.js'
import {decide} from '../operator/decide.js'
import {decode} from '../operator/decode.js'
import {DuesFirst} from '../operator/dues-first.js'
import {eachBatch} from '../operator/each-batch.js'
import {features} from '../operator/features.js'
import {forget} from '../operator/forget.js'
import {heedWaiting} from '../operator/heed-waiting.js'
import {loadState} from '../operator/load-state.js'
import {loadUsers} from '../operator/load-users.js'
import {matchRules} from '../operator/match-rules.js'
import {Publications} from '../operator/publish.js'
import {receive} from '../operator/receive.js'
import {score} from '../operator/score.js'
import {timed} from '../operator/timed.js'
import type {Clock} from '../port/clock.js'
import type {DecisionWatch} from '../port/decision-watch.js'
import type {EventSource, InputBatch} from '../port/event-source.js'
import type {Scorer} from '../port/model.js'
import type {Publisher} from '../port/publisher.js'
import type {StateStore} from '../port/state-store.js'
import type {BatchTracing, StepWatch} from '../port/telemetry.js'
import type {PreparedBundle} from '../stage/adopt-bundle.js'
import type {Partition} from '../stage/partition.js'

export interface ScoringPorts {
  readonly source: EventSource
  readonly store: StateStore
  readonly publisher: Publisher
  readonly clock: Clock
}

export interface ScoringParts extends ScoringPorts {
  readonly partitionOf: (number: number) => Partition
  /** The bundle that a control record on the log names. */
  readonly bundleOf: (id: string) => Promise<PreparedBundle>
  /** Without one, rules alone decide. */
  readonly scorer?: Scorer | undefined
  readonly watch?: DecisionWatch | undefined
  readonly tracing?: BatchTracing | undefined
  /** Measures the evaluation of rules. */
  readonly ruleWatch?: StepWatch<MatchedBatch> | undefined
  /** Whether the features as they were served go to the feature log. Default: they do. */
  readonly logsFeatures?: boolean | undefined
  /** Whether batches carry the features of their transactions, also where neither the log nor a model asks for them. */
  readonly servesFeatures?: boolean | undefined
  /** Done when a batch is published, before the next one is. */
  readonly afterBatch?: ((batch: CommittedBatch) => Promise<void>) | undefined
  /** Whether the next batch may be asked for while one is being published. Default: no. */
  readonly overlapsPublishing?: (() => boolean) | undefined
  /** At so many keys of a stage rules that are backfilled look with each batch. Default 200. */
  readonly lookBackKeys?: number | undefined
}

/**
 * The way of a transaction, from the log to the world. What flows is a micro-batch; inside a step, plain loops run
 * over it. The next batch is asked for when the last one is committed and there is room to publish it, so that a slow step
 * holds the source back.
 */
export function scoring(parts: ScoringParts): Observable<CommittedBatch> {
  const {source, store, publisher, clock, partitionOf, lookBackKeys, scorer, watch, tracing, ruleWatch} =
    parts
  const {logsFeatures = true, servesFeatures = logsFeatures || scorer !== undefined} = parts
  const publications = new Publications(publisher, {
    afterwards: parts.afterBatch,
    mayOverlap: parts.overlapsPublishing,
  })
  const toCommitted = (batch: Observable<InputBatch>): Observable<CommittedBatch> => {
    const admitted = batch.pipe(
      activate(parts), //                another bundle comes into force, where the log says so
      forget(partitionOf, store, publications), // a user leaves the state, where the log says so
      decode(partitionOf), //            bytes → events, or dead letters
      receive(), //                      what other partitions found, and hand to keys that live here
      loadState(store, lookBackKeys), // the histories of their keys
      admit(), //                        duplicate, late or accepted; timestamps, watermark, ledger
    )
    return admitted.pipe(
      features(servesFeatures), //       a row per transaction: windows of user, card, merchant, device, address
      timed(matchRules(), ruleWatch), // as-of joins, rules: what fires, what no longer does
      loadUsers(store), //               of transactions that rules by other keys are about
      score(scorer), //                  the model, once for all of them
      heedWaiting(watch), //             who waits may have been answered by a fallback
      decide(clock, watch, tracing), //  decisions, their revisions, alerts
      commit(store, logsFeatures, watch), // state, offsets and outbox, all or nothing
    )
  }
  return eachBatch(new DuesFirst(source, partitionOf), toCommitted, () => publications.hasRoom()).pipe(
    publications.inOrder(), //           to the world, one batch after the other
  )
}
