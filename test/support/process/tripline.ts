import {type ChildProcessWithoutNullStreams, spawn} from 'node:child_process'
import {once} from 'node:events'
import {PROGRAM, PROJECT} from './built-program.js'

export interface CommandOptions {
  /** Standard input; none if absent. */
  readonly input?: string | Uint8Array
  /** Working directory; the project's folder unless said otherwise, where rules and features are found. */
  readonly cwd?: string
  /** Added to the environment. */
  readonly env?: {readonly [name: string]: string}
}

export interface CommandOutcome {
  /** Null if it had to be killed. */
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** A command that runs longer hangs, and is killed. */
const COMMAND_LIMIT_MS = 45_000

/** Starts the built program, without a model unless the environment says otherwise. Whoever starts it ends it. */
export function startTripline(
  args: readonly string[],
  {cwd = PROJECT, env = {}}: CommandOptions = {},
): ChildProcessWithoutNullStreams {
  return spawn(process.execPath, [PROGRAM, ...args], {
    cwd,
    env: {...cleanEnvironment(), TRIPLINE_MODEL_ALIAS: 'none', ...env},
  })
}

/** Runs a command of the built program to its end. */
export async function tripline(
  args: readonly string[],
  options: CommandOptions = {},
): Promise<CommandOutcome> {
  const child = startTripline(args, options)
  const stdout = textOf(child.stdout)
  const stderr = textOf(child.stderr)
  // A command that does not read its input may be gone before it is written.
  child.stdin.on('error', () => undefined)
  child.stdin.end(options.input)
  const limit = setTimeout(() => child.kill('SIGKILL'), COMMAND_LIMIT_MS)
  const [code] = (await once(child, 'close')) as [number | null]
  clearTimeout(limit)
  return {code, stdout: stdout(), stderr: stderr()}
}

/** Runs a command with `--json`, which must exit with `code` and print one JSON object and nothing else. */
export async function triplineJson<T>(
  args: readonly string[],
  options: CommandOptions & {readonly code?: number} = {},
): Promise<T> {
  const {code, stdout, stderr} = await tripline([...args, '--json'], options)
  const said = `tripline ${args.join(' ')} exited with ${code}\n${stderr}`
  if (code !== (options.code ?? 0)) throw new Error(said)
  const value: unknown = JSON.parse(stdout)
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Error(`${said}\nno object`)
  return value as T
}

/** Collects what a stream brings; the function gives what came so far. */
export function textOf(stream: NodeJS.ReadableStream): () => string {
  let text = ''
  stream.setEncoding('utf8')
  stream.on('data', (piece: string) => {
    text += piece
  })
  return () => text
}

/** Without the settings that the shell of whoever runs the tests may have. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('TRIPLINE_')))
}
