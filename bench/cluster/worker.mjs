// A worker of the cluster profile under load: a process of its own.
import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {createInterface} from 'node:readline'
import {setTimeout as sleep} from 'node:timers/promises'
import {NODE_ARGS} from '../macro/measure.mjs'
import {processUsage} from './process-usage.mjs'

const MAIN = 'dist/app/cli/main.js'

export class Worker {
  #child

  /** Resolves when it is ready. */
  static async start(env) {
    const worker = new Worker()
    const args = [...NODE_ARGS, MAIN, 'run', '--profile', 'cluster', '--port', '0']
    worker.#child = spawn(process.execPath, args, {
      env: {...process.env, ...env},
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    for await (const line of createInterface({input: worker.#child.stdout})) {
      if (JSON.parse(line).msg !== 'ready') continue
      worker.#child.stdout.resume()
      return worker
    }
    throw new Error('a worker ended before it was ready')
  }

  usage() {
    return processUsage(this.#child.pid)
  }

  kill() {
    this.#child.kill('SIGKILL')
  }

  async stop() {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const ended = once(this.#child, 'exit')
    this.#child.kill('SIGTERM')
    await Promise.race([ended, sleep(30_000, undefined, {ref: false})])
    if (this.#child.exitCode === null) this.#child.kill('SIGKILL')
  }
}
