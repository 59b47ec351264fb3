import {mkdir} from 'node:fs/promises'
import {join} from 'node:path'
import type {HttpTimeouts} from '../../../src/adapters/http/http-server.js'
import type {Role} from '../../../src/adapters/http/principal.js'
import {newKey} from '../../../src/app/auth/api-key.js'
import {authenticatorOf} from '../../../src/app/auth/authenticator.js'
import {writeKeyFile} from '../../../src/app/auth/key-file.js'
import {loadFolders} from '../../../src/app/bundle/load-bundle.js'
import type {Config} from '../../../src/app/config/config.js'
import {loadConfig} from '../../../src/app/config/load-config.js'
import {EmbeddedService} from '../../../src/app/service/embedded-service.js'
import {type HttpListener, serveHttp} from '../../../src/app/service/serve-http.js'
import {serviceLog} from '../../../src/app/service/service-log.js'
import type {WallTime} from '../../../src/core/event/time.js'
import type {Scorer} from '../../../src/engine/port/model.js'
import {temporaryFolder} from '../../conformance/temporary-folder.js'
import {PROGRAM} from '../../support/process/built-program.js'
import {writeRulesFolder} from './rules-folder.js'

export interface SceneOptions {
  /** Without: keys of every role, and one more reviewer and lead. */
  readonly withoutKeys?: boolean
  readonly settings?: {readonly [name: string]: unknown}
  /** Requests a second of each key. */
  readonly rate?: number
  readonly timeouts?: Partial<HttpTimeouts>
  /** Without one, rules alone decide. */
  readonly scorer?: Scorer
  /** With a list of blocked devices, empty, and a rule that looks into it. */
  readonly lists?: boolean
}

/** Who the keys of a scene are for. */
export const PEOPLE = {
  ana: ['reviewer'],
  bob: ['reviewer'],
  lea: ['lead'],
  leo: ['lead'],
  adam: ['admin'],
  shop: ['service'],
} as const satisfies {readonly [name: string]: readonly Role[]}

export type Person = keyof typeof PEOPLE

/** A person of each role. */
export const SOMEBODY: {readonly [R in Role]: Person} = {
  reviewer: 'ana',
  lead: 'lea',
  admin: 'adam',
  service: 'shop',
}

export interface Answer {
  readonly status: number
  readonly headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: answers are checked by expectations
  readonly body: any
}

export interface Ask {
  readonly as?: Person | undefined
  readonly body?: unknown
  readonly headers?: {readonly [name: string]: string}
}

const HOUR_MS = 3_600_000

/** The real service over HTTP, on a free port of this machine, with rules and keys of its own. */
export class ApiScene {
  readonly logged: string[] = []

  private constructor(
    readonly folder: string,
    readonly config: Config,
    readonly keys: {readonly [P in Person]: string},
    readonly keyFile: string,
    readonly removeFolder: () => Promise<void>,
    private readonly timeouts: Partial<HttpTimeouts>,
    private readonly scorer: Scorer | undefined,
  ) {}

  service!: EmbeddedService
  http!: HttpListener

  static async begin({
    withoutKeys = false,
    settings = {},
    rate,
    timeouts = {},
    scorer,
    lists = false,
  }: SceneOptions = {}): Promise<ApiScene> {
    const folder = await temporaryFolder()
    await writeRulesFolder(join(folder.path, 'cep-rules'), lists)
    await mkdir(join(folder.path, 'features'))
    const keyFile = join(folder.path, 'keys.json')
    const made = Object.entries(PEOPLE).map(([name, roles]) => {
      const request = {name, roles, lifetime: HOUR_MS, ratePerSecond: rate, createdBy: 'tests'}
      return [name, newKey(request, Date.now() as WallTime)] as const
    })
    if (!withoutKeys)
      await writeKeyFile(
        keyFile,
        made.map(([, {stored}]) => stored),
      )
    const config = loadConfig({
      folder: folder.path,
      env: {},
      overrides: {
        data_dir: join(folder.path, 'data'),
        'rules.dir': join(folder.path, 'cep-rules'),
        'features.dir': join(folder.path, 'features'),
        'http.port': '0',
        ...(withoutKeys ? {} : {'auth.keys': keyFile}),
        ...settings,
      },
    })
    const keys = Object.fromEntries(made.map(([name, {key}]) => [name, key])) as ApiScene['keys']
    const scene = new ApiScene(folder.path, config, keys, keyFile, folder.remove, timeouts, scorer)
    await scene.start()
    return scene
  }

  async start(): Promise<void> {
    const clock = {now: () => Date.now() as WallTime}
    const onFailure = (error: Error) => this.logged.push(`failed: ${error.stack}`)
    const log = serviceLog({write: (line) => void this.logged.push(line)})
    this.service = await EmbeddedService.start({
      config: this.config,
      folder: await loadFolders(this.config),
      dataDir: this.config.dataDir,
      clock,
      scorer: this.scorer,
      program: PROGRAM,
      onFailure,
    })
    const authenticate = await authenticatorOf(this.config, clock, onFailure)
    this.http = await serveHttp(this.service, this.config, {
      logger: log,
      authenticate,
      timeouts: this.timeouts,
    })
  }

  async stop(): Promise<void> {
    await this.http.close()
    await this.service.stop()
  }

  /** As after a clean end of the process. */
  async restart(): Promise<void> {
    await this.stop()
    await this.start()
  }

  async end(): Promise<void> {
    await this.stop()
    await this.removeFolder()
  }

  /** One request; `route` is such as `GET /v1/alerts`. */
  async ask(route: string, {as, body, headers = {}}: Ask = {}): Promise<Answer> {
    const [method = 'GET', path = '/'] = route.split(' ')
    const answer = await fetch(`${this.http.url}${path}`, {
      method,
      headers: {
        ...(as === undefined ? {} : {authorization: `Bearer ${this.keys[as]}`}),
        ...(body === undefined ? {} : {'content-type': 'application/json'}),
        ...headers,
      },
      ...(body === undefined ? {} : {body: typeof body === 'string' ? body : JSON.stringify(body)}),
    })
    const type = answer.headers.get('content-type') ?? ''
    // A stream does not end by itself.
    if (type === 'text/event-stream') await answer.body?.cancel()
    const text = answer.bodyUsed ? '' : await answer.text()
    const isJson = /json/.test(type)
    return {
      status: answer.status,
      headers: answer.headers,
      body: isJson && text !== '' ? JSON.parse(text) : text,
    }
  }

  /** Sends transactions of now; the results, in order. */
  async send(...transactions: readonly object[]): Promise<Answer> {
    const body = transactions.map((transaction) => ({event_time: Date.now(), ...transaction}))
    return this.ask('POST /v1/events/transactions', {as: 'shop', body})
  }

  /** The alert about a transaction, by a rule. */
  async alertOn(transactionId: string, rule = 'large'): Promise<string> {
    const {body} = await this.ask('GET /v1/alerts?limit=200', {as: 'ana'})
    const found = body.items.find(
      ({anchor, rule: {id}}: {anchor: {id: string}; rule: {id: string}}) =>
        anchor.id === transactionId && id === rule,
    )
    return found.alert_id
  }
}
