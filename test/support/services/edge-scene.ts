import {mkdir, mkdtemp, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'
import type {Role} from '../../../src/adapters/http/principal.js'
import {newKey} from '../../../src/app/auth/api-key.js'
import {writeKeyFile} from '../../../src/app/auth/key-file.js'
import type {WallTime} from '../../../src/core/event/time.js'
import {writeRulesFolder} from '../../api/support/rules-folder.js'
import {ensureBuilt} from '../process/built-program.js'
import {ClusterWorker} from './cluster-worker.js'
import {type TestTopics, testTopics} from './test-kafka.js'

const PEOPLE = {
  ana: ['reviewer'],
  lea: ['lead'],
  leo: ['lead'],
  adam: ['admin'],
  shop: ['service'],
} as const satisfies {readonly [name: string]: readonly Role[]}

export type Person = keyof typeof PEOPLE

export interface Answer {
  readonly status: number
  // biome-ignore lint/suspicious/noExplicitAny: answers are checked by expectations
  readonly body: any
}

const HOUR_MS = 3_600_000

/** Workers of one installation, each a process of its own, with keys for people of every role. */
export class EdgeScene {
  readonly workers: ClusterWorker[] = []

  private constructor(
    readonly folder: string,
    readonly topics: TestTopics,
    private readonly keys: {readonly [P in Person]: string},
    private readonly env: {readonly [name: string]: string},
  ) {}

  static async begin({
    partitions = 2,
    env = {},
  }: {
    readonly partitions?: number
    readonly env?: {readonly [name: string]: string}
  } = {}): Promise<EdgeScene> {
    await ensureBuilt()
    const folder = await mkdtemp(join(tmpdir(), 'tripline-edge-'))
    await writeRulesFolder(join(folder, 'rules'))
    await mkdir(join(folder, 'data'))
    const made = Object.entries(PEOPLE).map(([name, roles]) => {
      const request = {name, roles, lifetime: HOUR_MS, ratePerSecond: 10_000, createdBy: 'tests'}
      return [name, newKey(request, Date.now() as WallTime)] as const
    })
    const keyFile = join(folder, 'keys.json')
    await writeKeyFile(
      keyFile,
      made.map(([, {stored}]) => stored),
    )
    const keys = Object.fromEntries(made.map(([name, {key}]) => [name, key])) as EdgeScene['keys']
    return new EdgeScene(folder, await testTopics(partitions), keys, {
      TRIPLINE_AUTH_KEYS: keyFile,
      TRIPLINE_DATA_DIR: join(folder, 'data'),
      TRIPLINE_WEBHOOKS_ALLOW_HTTP_LOOPBACK: 'true',
      TRIPLINE_HTTP_DRAIN: '0s',
      ...env,
    })
  }

  get rules(): string {
    return join(this.folder, 'rules')
  }

  /** One more worker, once it says that it is ready. `env`: of it alone. */
  async start(env: {readonly [name: string]: string} = {}): Promise<ClusterWorker> {
    const {namespace} = this.topics
    const worker = new ClusterWorker({namespace, rules: this.rules, env: {...this.env, ...env}})
    this.workers.push(worker)
    await worker.url()
    return worker
  }

  /** Waits until these workers have shared out the partitions and each has some. */
  async settled(...workers: readonly ClusterWorker[]): Promise<void> {
    await this.until(async () => {
      const states = await Promise.all(
        workers.map(async (worker) => {
          const ready = await fetch(`${await worker.url()}/health/ready`)
          const {body} = await this.ask(worker, 'GET /v1/ledger', {as: 'adam'})
          return ready.ok && body.partitions.length > 0
        }),
      )
      return states.every(Boolean)
    })
  }

  /** One request; `route` is such as `GET /v1/alerts`. */
  async ask(
    worker: ClusterWorker,
    route: string,
    {as, body, headers = {}}: {as: Person; body?: unknown; headers?: {readonly [name: string]: string}},
  ): Promise<Answer> {
    const [method = 'GET', path = '/'] = route.split(' ')
    const answer = await fetch(`${await worker.url()}${path}`, {
      method,
      headers: {
        ...this.authorization(as),
        ...(body === undefined ? {} : {'content-type': 'application/json'}),
        ...headers,
      },
      ...(body === undefined ? {} : {body: typeof body === 'string' ? body : JSON.stringify(body)}),
    })
    const text = await answer.text()
    return {status: answer.status, body: text === '' ? undefined : JSON.parse(text)}
  }

  authorization(person: Person): {readonly authorization: string} {
    return {authorization: `Bearer ${this.keys[person]}`}
  }

  get environment(): {readonly [name: string]: string} {
    return {
      ...this.env,
      TRIPLINE_NAMESPACE: this.topics.namespace,
      TRIPLINE_KAFKA_BROKERS: process.env.TRIPLINE_TEST_KAFKA ?? '',
      TRIPLINE_REDIS_URL: process.env.TRIPLINE_TEST_REDIS ?? '',
    }
  }

  /** Looks again and again; rejects with what the workers said if it does not come true. */
  async until<T>(find: () => Promise<T | undefined | false>, limitMs = 20_000): Promise<T> {
    const giveUpAt = performance.now() + limitMs
    let last: unknown
    while (performance.now() < giveUpAt) {
      try {
        const found = await find()
        if (found !== undefined && found !== false) return found
      } catch (error) {
        last = error
      }
      await sleep(50)
    }
    throw new Error(
      `it did not come true: ${last}\n${this.workers.map(({output}) => output).join('\n---\n')}`,
    )
  }

  async end(): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.end('SIGKILL')))
    await this.topics.remove()
    await rm(this.folder, {recursive: true, force: true})
  }
}
