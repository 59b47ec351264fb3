import {access, constants, mkdir} from 'node:fs/promises'
import {createServer} from 'node:net'
import type {Command} from 'commander'
import {DataDirLockedError, EmbeddedDatabase} from '../../../adapters/embedded/database.js'
import {formatFault, isError} from '../../../core/source/source-fault.js'
import {compileFolders} from '../../bundle/load-bundle.js'
import type {Config} from '../../config/config.js'
import {createConsole} from '../console.js'
import {EXIT} from '../exit.js'
import {type CommonOptions, configOf, examples, withConfigOptions} from '../options.js'

interface Finding {
  readonly check: string
  readonly ok: boolean
  readonly detail: string
}

const OLDEST_NODE = [20, 19] as const

export function addDoctorCommand(program: Command): void {
  const command = withConfigOptions(
    program.command('doctor').description('say what is missing to run here, and how to get it'),
  )
    .option('--json', 'print the findings as one JSON object')
    .action(examine)
  examples(command, ['tripline doctor', 'tripline doctor --config tripline.yaml --json'])
}

async function examine(options: CommonOptions): Promise<void> {
  const console = createConsole(options.json === true)
  const config = configOf(options)
  const findings = [nodeVersion(), await rules(config), await dataDir(config), await port(config)]
  const ok = findings.every((finding) => finding.ok)
  console.result({ok, findings})
  for (const finding of findings)
    console.line(`${finding.ok ? 'ok  ' : 'FAIL'} ${finding.check}: ${finding.detail}`)
  if (!ok) process.exitCode = EXIT.failures
}

function nodeVersion(): Finding {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  const [oldestMajor, oldestMinor] = OLDEST_NODE
  const ok = major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)
  const detail = ok
    ? process.version
    : `${process.version}; install Node ${OLDEST_NODE.join('.')} or newer from nodejs.org`
  return {check: 'Node', ok, detail}
}

async function rules(config: Config): Promise<Finding> {
  const check = 'rules'
  try {
    const {bundle, faults} = await compileFolders(config)
    const errors = faults.filter(isError)
    if (bundle !== undefined)
      return {check, ok: true, detail: `${bundle.rules.length} running, bundle ${bundle.id}`}
    return {check, ok: false, detail: errors.map(formatFault).join('\n')}
  } catch (error) {
    return {check, ok: false, detail: (error as Error).message}
  }
}

async function dataDir({dataDir: dir}: Config): Promise<Finding> {
  const check = 'data directory'
  try {
    await mkdir(dir, {recursive: true})
    await access(dir, constants.W_OK)
    const database = await EmbeddedDatabase.open(dir)
    await database.close()
    return {check, ok: true, detail: `${dir} can be written`}
  } catch (error) {
    if (error instanceof DataDirLockedError)
      return {check, ok: true, detail: `${dir} is in use by a running service`}
    return {
      check,
      ok: false,
      detail: `${dir}: ${(error as Error).message}; make it writable, or set data_dir`,
    }
  }
}

async function port({http}: Config): Promise<Finding> {
  const check = 'HTTP port'
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', ({message}) => {
      resolve({check, ok: false, detail: `${message}; stop what listens there, or set http.port`})
    })
    server.listen(http.port, http.host, () => {
      server.close(() => resolve({check, ok: true, detail: `${http.host}:${http.port} is free`}))
    })
  })
}
