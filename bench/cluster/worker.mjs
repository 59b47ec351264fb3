// A worker of the cluster profile under load: a process of its own.
import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {readFileSync} from 'node:fs'
import {createInterface} from 'node:readline'
import {setTimeout as sleep} from 'node:timers/promises'
import {NODE_ARGS} from '../macro/measure.mjs'

const MAIN = 'dist/app/cli/main.js'
const TICKS_PER_SECOND = 100

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

  /** Processor time so far, in seconds, and memory in use, where the system tells them (Linux). */
  usage() {
    try {
      const stat = readFileSync(`/proc/${this.#child.pid}/stat`, 'utf8')
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      return {
        cpu: (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND,
        rss_mb: Math.round((Number(fields[21]) * 4096) / 1e6),
      }
    } catch {
      return undefined
    }
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
