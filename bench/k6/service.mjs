// The service under load: a process of its own, in a folder of its own.
import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {createInterface} from 'node:readline'
import {setTimeout as sleep} from 'node:timers/promises'
import {NODE_ARGS} from '../macro/measure.mjs'

const MAIN = 'dist/app/cli/main.js'
const TICKS_PER_SECOND = 100

export class Service {
  #child
  #url
  #samples = []
  #sampling

  /** Resolves when it is ready. */
  static async start(dir, extraArgs = []) {
    const service = new Service()
    const config = join(dir, 'tripline.yaml')
    writeFileSync(config, 'webhooks:\n  allow_http_loopback: true\n')
    const args = ['run', '--config', config, '--data-dir', join(dir, 'data'), '--port', '0', ...extraArgs]
    service.#child = spawn(process.execPath, [...NODE_ARGS, MAIN, ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    await service.#ready()
    return service
  }

  get url() {
    return this.#url
  }

  async #ready() {
    const lines = createInterface({input: this.#child.stdout})
    for await (const line of lines) {
      const {msg, url} = JSON.parse(line)
      if (msg !== 'ready') continue
      this.#url = url
      break
    }
    if (this.#url === undefined) throw new Error('the service ended before it was ready')
    this.#child.stdout.resume()
  }

  async get(path) {
    const answer = await fetch(this.#url + path)
    if (!answer.ok) throw new Error(`GET ${path}: ${answer.status} ${await answer.text()}`)
    return answer.json()
  }

  async post(path, body) {
    const headers = {'content-type': 'application/json'}
    const answer = await fetch(this.#url + path, {method: 'POST', headers, body: JSON.stringify(body)})
    if (!answer.ok) throw new Error(`POST ${path}: ${answer.status} ${await answer.text()}`)
    return answer.json()
  }

  /** Notes processor time and memory every second, where the system tells them (Linux). */
  watch() {
    this.#samples = [this.#usage()]
    this.#sampling = setInterval(() => this.#samples.push(this.#usage()), 1000)
  }

  /** Cores in use on average, and the peak of memory, since `watch`. */
  usage() {
    clearInterval(this.#sampling)
    const samples = [...this.#samples, this.#usage()].filter((sample) => sample !== undefined)
    const [first, last] = [samples[0], samples.at(-1)]
    if (first === undefined || first === last) return undefined
    const seconds = (last.at - first.at) / 1000
    return {
      cores: round((last.ticks - first.ticks) / TICKS_PER_SECOND / seconds),
      peak_rss_mb: Math.round(Math.max(...samples.map(({rss}) => rss)) / 1e6),
    }
  }

  #usage() {
    try {
      const stat = readFileSync(`/proc/${this.#child.pid}/stat`, 'utf8')
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      return {at: Date.now(), ticks: Number(fields[11]) + Number(fields[12]), rss: Number(fields[21]) * 4096}
    } catch {
      return undefined
    }
  }

  /** As a crash would. */
  async kill() {
    const ended = once(this.#child, 'exit')
    this.#child.kill('SIGKILL')
    await ended
  }

  async stop() {
    clearInterval(this.#sampling)
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const ended = once(this.#child, 'exit')
    this.#child.kill('SIGTERM')
    await Promise.race([ended, sleep(30_000, undefined, {ref: false})])
    if (this.#child.exitCode === null) this.#child.kill('SIGKILL')
  }
}

const round = (number) => Number(number.toFixed(2))
