import {type ChildProcess, spawn} from 'node:child_process'
import {once} from 'node:events'
import {cp, mkdtemp, rm} from 'node:fs/promises'
import {createServer} from 'node:net'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'
import {Redis} from 'ioredis'

/** A redis-server of a test's own, which can be killed, stopped for a while, and set back. */
export class RedisProcess {
  private child: ChildProcess | undefined

  private constructor(
    readonly folder: string,
    readonly port: number,
    private readonly args: readonly string[],
  ) {}

  /** With a log on disk unless the arguments say otherwise. */
  static async start(args: readonly string[] = []): Promise<RedisProcess> {
    const folder = await mkdtemp(join(tmpdir(), 'tripline-redis-'))
    const server = new RedisProcess(folder, await freePort(), args)
    try {
      await server.run()
    } catch (error) {
      await server.remove()
      throw error
    }
    return server
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`
  }

  async run(): Promise<void> {
    const own = ['--port', String(this.port), '--bind', '127.0.0.1', '--dir', this.folder]
    const kept = ['--appendonly', 'yes', '--save', '', '--enable-protected-configs', 'yes']
    this.child = spawn('redis-server', [...own, ...kept, ...this.args], {stdio: 'ignore'})
    await this.untilReady()
  }

  async kill(): Promise<void> {
    const {child} = this
    this.child = undefined
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const exited = once(child, 'exit')
    child.kill('SIGKILL')
    await exited
  }

  /** Hangs, with all its connections open. */
  hang(): void {
    this.child?.kill('SIGSTOP')
  }

  goOn(): void {
    this.child?.kill('SIGCONT')
  }

  /** Copies what is on disk. Gives a function that sets the server back to it. */
  async snapshot(): Promise<() => Promise<void>> {
    const copy = `${this.folder}-copy`
    await cp(this.folder, copy, {recursive: true})
    return async () => {
      await this.kill()
      await rm(this.folder, {recursive: true})
      await cp(copy, this.folder, {recursive: true})
      await rm(copy, {recursive: true})
      await this.run()
    }
  }

  /** Asks the server itself, past whatever is between it and the one who is tested. */
  async ask<T>(task: (client: Redis) => Promise<T>): Promise<T> {
    const client = new Redis(this.port, '127.0.0.1', {
      maxRetriesPerRequest: 0,
      retryStrategy: () => null,
      enableReadyCheck: false,
    })
    client.on('error', () => undefined)
    try {
      return await task(client)
    } finally {
      client.disconnect()
    }
  }

  async remove(): Promise<void> {
    this.goOn()
    await this.kill()
    await rm(this.folder, {recursive: true, force: true})
    await rm(`${this.folder}-copy`, {recursive: true, force: true})
  }

  private async untilReady(): Promise<void> {
    for (let tries = 0; tries < 400; tries++) {
      const answer = await this.ask((client) => client.ping()).catch((error: Error) => error.message)
      if (answer === 'PONG' || answer.startsWith('NOAUTH')) return
      await sleep(25)
    }
    throw new Error(`redis-server did not become ready on port ${this.port}`)
  }
}

export async function freePort(): Promise<number> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const {port} = server.address() as {port: number}
  server.close()
  await once(server, 'close')
  return port
}
