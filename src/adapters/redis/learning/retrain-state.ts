import {type Keyspace, modelKeys} from '../keyspace.js'
import {Lease} from '../lease.js'
import type {RedisConnection} from '../redis-connection.js'

/** A version that somebody trains, or was training when he died. */
export interface RetrainRun {
  readonly trigger: string
  /** RFC 3339. */
  readonly startedAt: string
  /** How many have begun it. */
  readonly attempts: number
}

export interface RetrainStanding {
  /** When a version was trained last, or was tried to. In ms; undefined before anybody looked. */
  readonly since: number | undefined
  /** That came since. */
  readonly verdicts: number
  readonly run: RetrainRun | undefined
  /** What came of the last run, as JSON. */
  readonly last: string | undefined
}

/** What all workers know of the training of versions: one of them trains at a time. */
export class RedisRetrainState {
  private readonly key: string
  private readonly leaseKey: string

  constructor(
    private readonly connection: RedisConnection,
    keyspace: Keyspace,
  ) {
    const {retraining, retrainLease} = modelKeys(keyspace)
    this.key = retraining
    this.leaseKey = retrainLease
  }

  /** Undefined while another trains. */
  take(): Promise<Lease | undefined> {
    return Lease.take(this.connection, this.leaseKey)
  }

  async isTaken(): Promise<boolean> {
    return (await this.connection.attempt((client) => client.exists(this.leaseKey))) === 1
  }

  async read(): Promise<RetrainStanding> {
    const {since, verdicts, run, last} = await this.connection.attempt((client) => client.hgetall(this.key))
    return {
      since: since === undefined ? undefined : Number(since),
      verdicts: Number(verdicts ?? 0),
      run: run === undefined ? undefined : (JSON.parse(run) as RetrainRun),
      last,
    }
  }

  /** Says since when it counts. False if that was known already. */
  async begin(since: number): Promise<boolean> {
    return (await this.connection.attempt((client) => client.hsetnx(this.key, 'since', since))) === 1
  }

  async noteVerdicts(count: number): Promise<void> {
    await this.connection.attempt((client) => client.hincrby(this.key, 'verdicts', count))
  }

  /** Another run begins: what brought it about has to come about anew. `since`: in ms. */
  async start(run: RetrainRun, since: number): Promise<void> {
    await this.connection.attempt((client) =>
      client.hset(this.key, {since, verdicts: 0, run: JSON.stringify(run)}),
    )
  }

  /** The run that was left behind is taken up. */
  async resume(run: RetrainRun): Promise<void> {
    await this.connection.attempt((client) => client.hset(this.key, 'run', JSON.stringify(run)))
  }

  async end(report: string): Promise<void> {
    await this.connection.attempt((client) =>
      client.multi().hset(this.key, 'last', report).hdel(this.key, 'run').exec(),
    )
  }
}
