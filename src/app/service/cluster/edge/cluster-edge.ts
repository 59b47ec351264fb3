import {randomBytes} from 'node:crypto'
import {alertFeed} from '../../../../adapters/http/alert-feed.js'
import type {RetrainReport} from '../../../../adapters/http/retrain-service.js'
import {partitionOf} from '../../../../adapters/kafka/partition-of.js'
import {MessageBus} from '../../../../adapters/redis/bus/message-bus.js'
import {PublishedRecords} from '../../../../adapters/redis/bus/published-records.js'
import {WaitedDecisions} from '../../../../adapters/redis/bus/waited-decisions.js'
import {RedisAlertChanges} from '../../../../adapters/redis/desk/alert-changes.js'
import {RedisAuditTrail} from '../../../../adapters/redis/desk/audit-trail.js'
import {RedisIdempotencyKeys} from '../../../../adapters/redis/desk/idempotency-keys.js'
import {RedisProposalStore} from '../../../../adapters/redis/desk/proposal-store.js'
import {alertFeedKey, type Keyspace} from '../../../../adapters/redis/keyspace.js'
import type {RedisReadModel} from '../../../../adapters/redis/read-model.js'
import type {RedisConnection} from '../../../../adapters/redis/redis-connection.js'
import {RedisWebhookStore} from '../../../../adapters/redis/webhook/webhook-store.js'
import type {Webhooks, WebhooksParts} from '../../../../adapters/webhook/webhooks.js'
import type {Bundle} from '../../../../core/bundle/bundle.js'
import type {AlertRecord} from '../../../../core/decision/records.js'
import type {EventTime} from '../../../../core/event/time.js'
import {ForgottenUser} from '../../../../core/forgetting/forgotten-user.js'
import type {CommittedBatch} from '../../../../engine/operator/batch.js'
import type {Clock} from '../../../../engine/port/clock.js'
import type {EventIntake} from '../../../../engine/port/event-intake.js'
import type {Scorer} from '../../../../engine/port/model.js'
import type {Publisher} from '../../../../engine/port/publisher.js'
import type {Forgetting, StateStore} from '../../../../engine/port/state-store.js'
import type {Partition} from '../../../../engine/stage/partition.js'
import type {Config} from '../../../config/config.js'
import {DecisionDesk} from '../../decision-desk.js'
import {KeyTimeline} from '../../key-timeline.js'
import {ModelDesk} from '../../model-desk.js'
import {ModelFourEyes} from '../../model-four-eyes.js'
import {TriageDesk} from '../../triage-desk.js'
import {webhooksOf} from '../../webhooks-of.js'
import {ClusterIntake} from '../cluster-intake.js'
import type {ClusterRules} from '../cluster-rules.js'
import {ClusterLearning} from '../learning/cluster-learning.js'
import type {SharedModels} from '../learning/shared-models.js'
import {ClusterCases} from './cluster-cases.js'
import {LoggedAlertChanges} from './logged-alert-changes.js'
import {mayFallBackWith} from './may-fall-back.js'
import {PartitionAnswers} from './partition-answers.js'
import {ReplyBoard} from './reply-board.js'
import {type SettledTime, SettledTimes} from './settled-times.js'
import {SharedFeed} from './shared-feed.js'
import {StoredFeatures} from './stored-features.js'
import {toldFates} from './told-fates.js'
import {parseMessage, type WorkerMessage} from './worker-message.js'

export interface ClusterEdgeParts {
  readonly config: Config
  readonly clock: Clock
  readonly redis: RedisConnection
  readonly keyspace: Keyspace
  readonly store: StateStore
  readonly readModel: RedisReadModel
  readonly intake: EventIntake
  readonly partitions: number
  readonly scorer: Scorer | undefined
  readonly sharedModels: Pick<SharedModels, 'change'>
  /** Hears what came of versions that were trained here. */
  readonly onRetrained: (report: RetrainReport) => void
  /** In force here. */
  readonly bundle: () => Bundle
  readonly rules: () => Pick<ClusterRules, 'activate'>
  /** Undefined for one that is another process's. */
  readonly ownPartition: (number: number) => Partition | undefined
  /** Of this process: up to when nothing can change any more. */
  readonly settledTimes: () => readonly SettledTime[]
  readonly onWebhookAttempt: NonNullable<WebhooksParts['onAttempt']>
  /** Traces attempts to deliver. */
  readonly trace: WebhooksParts['trace']
  /** Hears of what went wrong and is tried again. */
  readonly onTrouble: (error: Error) => void
}

/**
 * What one worker serves over HTTP for all of them: whoever asks need not know who has a user. What people do stands in
 * Redis; what is decided elsewhere is told from there.
 */
export class ClusterEdge {
  readonly intake: ClusterIntake
  readonly decisions: DecisionDesk
  readonly idempotencyKeys: RedisIdempotencyKeys
  readonly audit: RedisAuditTrail
  readonly triage: TriageDesk
  readonly timelines: KeyTimeline
  readonly features: StoredFeatures
  readonly models: ModelDesk
  readonly modelProposals: ModelFourEyes
  readonly learning: ClusterLearning
  readonly cases: ClusterCases
  readonly webhooks: Webhooks
  private readonly board = new ReplyBoard()
  /** Of this process, for the others. */
  private readonly address = randomBytes(8).toString('hex')
  private readonly waited: WaitedDecisions
  private readonly alertChanges: RedisAlertChanges
  private readonly webhookStore: RedisWebhookStore
  private readonly publishedAlerts: PublishedRecords<AlertRecord>
  private readonly alerts: SharedFeed<AlertRecord>
  private readonly settled: SettledTimes
  private bus: MessageBus | undefined

  constructor(private readonly parts: ClusterEdgeParts) {
    const {config, clock, redis, keyspace, store, readModel, partitions, bundle} = parts
    const homeOf = (key: string) => partitionOf(key, partitions)
    this.waited = new WaitedDecisions(redis, keyspace)
    this.intake = new ClusterIntake({
      ...{intake: parts.intake, partitions, bundle, clock, board: this.board},
      address: this.address,
    })
    this.decisions = new DecisionDesk({
      ...{bundle, clock},
      submit: (stream, inputs) => this.intake.submitWaiting(stream, inputs),
      published: (transactionId, userId) => readModel.decision(transactionId, userId),
      mayFallBack: mayFallBackWith(this.waited, homeOf),
    })
    this.idempotencyKeys = new RedisIdempotencyKeys(redis, keyspace)
    this.audit = new RedisAuditTrail(redis, keyspace, clock)
    this.alertChanges = new RedisAlertChanges(redis, keyspace, this.audit)
    const stored = this.alertChanges
    const logged = new LoggedAlertChanges({stored, readModel, intake: parts.intake, partitions, clock})
    this.triage = new TriageDesk(logged, clock)
    this.timelines = new KeyTimeline(store, homeOf, () => bundle().streams)
    this.features = new StoredFeatures({
      ...{store, clock, bundle},
      partitionOf: homeOf,
      ownPartition: parts.ownPartition,
    })
    const schema = () => bundle().features.schema
    this.models = new ModelDesk({
      ...{config, clock, audit: this.audit},
      features: schema,
      deciding: () => parts.scorer?.version,
      evidence: (version) => this.learning.evidence(version),
      exclusively: (task) => parts.sharedModels.change(task),
    })
    this.learning = new ClusterLearning({
      ...{config, clock, schema, redis, keyspace, models: this.models, audit: this.audit},
      onReport: parts.onRetrained,
      onTrouble: parts.onTrouble,
    })
    this.modelProposals = new ModelFourEyes(
      new RedisProposalStore(redis, keyspace, this.audit, 'modelProposal'),
      this.models,
      clock,
    )
    this.cases = new ClusterCases({
      ...{config, clock, redis, keyspace, partitions, decisions: readModel, intake: parts.intake},
      lists: () => ({timelines: this.timelines, rules: parts.rules()}),
      queueCases: (records) => this.webhooks.feed.publishCases(records),
      onTold: () => this.sendToAll({type: 'cases'}),
      onTrouble: parts.onTrouble,
    })
    this.webhookStore = new RedisWebhookStore(redis, keyspace, this.audit)
    this.webhooks = webhooksOf(config, {
      ...{store: this.webhookStore, clock},
      onAttempt: parts.onWebhookAttempt,
      onFailure: parts.onTrouble,
      trace: parts.trace,
      onNotice: (notice) => this.sendToAll({type: 'webhook', from: this.address, notice}),
    })
    const tell = () => this.sendToAll({type: 'alerts'})
    this.publishedAlerts = new PublishedRecords(redis, alertFeedKey(keyspace), tell)
    this.settled = new SettledTimes(partitions, parts.settledTimes, (times) =>
      this.sendToAll({type: 'settled', times}),
    )
    this.alerts = new SharedFeed(alertFeed(0), this.publishedAlerts, parts.onTrouble)
  }

  /** Listens to the others from now on. Rejects with RedisRefusedError. */
  async start(): Promise<void> {
    const {redis, keyspace} = this.parts
    this.bus = await MessageBus.open(redis, {
      ...{namespace: keyspace.namespace, address: this.address},
      onMessage: (text) => this.heard(text),
    })
    this.settled.start()
    await this.alerts.start()
    await this.cases.feed.start()
    await this.webhooks.start()
    await this.learning.begin()
  }

  /** Sends nothing more; others go on with what is queued. */
  async stop(): Promise<void> {
    this.settled.stop()
    this.alerts.stop()
    this.cases.feed.stop()
    await this.learning.stop()
    await this.webhooks.stop()
    await this.webhookStore.release().catch(this.parts.onTrouble)
    this.bus?.close()
  }

  get alertFeed() {
    return this.alerts.feed
  }

  /** Event time up to which nothing can change any more, in any partition. */
  settledUpTo(): EventTime {
    return this.settled.upTo
  }

  /** Looks after those who wait for decisions on a partition's transactions, from when it is opened. */
  answersFor(partition: number): PartitionAnswers {
    const {address, decisions: desk, waited} = this
    const send = (to: string, message: WorkerMessage) => this.send(to, message)
    return new PartitionAnswers(partition, {address, desk, waited, send})
  }

  /** Queues alerts for subscribers, and shows them to those who listen. */
  get outputs(): readonly Publisher[] {
    const alerts: Publisher = {publish: ({alerts}) => this.publishedAlerts.append(alerts)}
    return [this.alertChanges, this.cases.publisher, this.webhooks.feed, alerts]
  }

  /** Once Redis is without a user: what processes remember is so, too. Those that hear of it twice do nothing more. */
  readonly forgotten: Publisher = {
    publish: async ({forgetting}) => {
      if (forgetting === undefined) return
      this.forget(forgetting)
      this.sendToAll({type: 'forgotten', forgetting})
    },
  }

  /** What people did, of a state that is built from the log. */
  get rebuilding(): readonly Publisher[] {
    return [this.catchingUp, this.cases.rebuilding]
  }

  /** Does with alerts what was done with them before they were found again. */
  readonly catchingUp: Publisher = {publish: (entry) => this.alertChanges.publishAgain(entry)}

  /** A batch is committed and published: those who sent its inputs are told. */
  observe(batch: CommittedBatch): void {
    this.learning.observe(batch)
    for (const [process, fates] of toldFates(batch)) {
      if (process === this.address)
        for (const [request, index, fate] of fates) this.board.post(request, index, fate)
      else this.send(process, {type: 'fates', fates})
    }
  }

  /** Drops what has been kept for long enough, and puts on the trail what lies beside. */
  async expire(): Promise<void> {
    await this.audit.takeOverAll()
    await this.webhooks.expire()
    await this.cases.expire(await this.parts.readModel.newestEventTime())
  }

  private heard(text: string): void {
    const message = parseMessage(text)
    if (message?.type === 'fates')
      for (const [request, index, fate] of message.fates) this.board.post(request, index, fate)
    else if (message?.type === 'reached') this.decisions.reached(message.decisions)
    else if (message?.type === 'committed') this.decisions.committed(message.transactions)
    else if (message?.type === 'alerts') this.alerts.look()
    else if (message?.type === 'cases') this.cases.feed.look()
    else if (message?.type === 'forgotten') this.forget(message.forgetting)
    else if (message?.type === 'settled') this.settled.heard(message.times)
    else if (message?.type === 'webhook' && message.from !== this.address) this.webhooks.heard(message.notice)
  }

  private forget({user, events}: Forgetting): void {
    const forgotten = new ForgottenUser(user, events)
    this.alerts.feed.forget(forgotten)
    this.cases.feed.feed.forget(forgotten)
  }

  private send(address: string, message: WorkerMessage): void {
    this.bus?.send(address, JSON.stringify(message))
  }

  private sendToAll(message: WorkerMessage): void {
    this.bus?.sendToAll(JSON.stringify(message))
  }
}
