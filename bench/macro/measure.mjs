// What the benchmarks share: one core, medians, and a file for each result.
import {execFileSync} from 'node:child_process'
import {existsSync, mkdirSync, writeFileSync} from 'node:fs'
import {cpus} from 'node:os'

const PINNED = existsSync('/usr/bin/taskset')

/** With what Node runs the program where it is started by its name (`npx tripline`): the first line of main.ts. */
export const NODE_ARGS = ['--max-semi-space-size=64', '--initial-old-space-size=512']

/** Runs a node program on one core, where the system can pin it, and reads the JSON object it prints. */
export function run(args) {
  const command = PINNED ? ['taskset', '-c', '0', process.execPath, ...args] : [process.execPath, ...args]
  return JSON.parse(execFileSync(command[0], command.slice(1), {encoding: 'utf8', maxBuffer: 1 << 26}))
}

export function median(numbers) {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)]
}

/** Writes a result, with what it was measured on. */
export function saveResult(benchmark, figures, suffix = '') {
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], {encoding: 'utf8'}).trim()
  const result = {
    benchmark,
    commit,
    measured_at: new Date().toISOString(),
    node: process.version,
    cpu: cpus()[0]?.model,
    pinned_to_one_core: PINNED,
    ...figures,
  }
  // Where a benchmark is a part of another, its result is, too.
  const folder = process.env.BENCH_RESULTS ?? 'bench/results'
  mkdirSync(folder, {recursive: true})
  const date = new Date().toISOString().slice(0, 10)
  const file = `${folder}/${date}-${commit}-${benchmark}${suffix}.json`
  writeFileSync(file, `${JSON.stringify(result, null, 2)}\n`)
  return {file, result}
}
