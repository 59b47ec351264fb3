import {once} from 'node:events'
import {writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {type TemporaryFolder, temporaryFolder} from '../conformance/temporary-folder.js'
import {ensureBuilt} from '../support/process/built-program.js'
import {startTripline, textOf, tripline} from '../support/process/tripline.js'

const COMMANDS = [
  'demo',
  'run',
  'replay',
  'simulate scenario',
  'simulate handbook',
  'rules lint',
  'rules test',
  'rules explain',
  'rules diff',
  'rules economics',
  'dead-letters list',
  'dead-letters show',
  'dead-letters replay',
  'state verify',
  'train',
  'evaluate handbook',
  'evaluate loop',
  'models list',
  'models promote',
  'models drift',
  'keys create',
  'topics create',
  'services up',
  'export',
  'doctor',
]

let folder: TemporaryFolder

beforeAll(async () => {
  await ensureBuilt()
  folder = await temporaryFolder()
}, 90_000)
afterAll(() => folder.remove())

describe('help', () => {
  test.concurrent.each(COMMANDS)('%s --help shows examples of itself and exits with 0', async (command) => {
    const {code, stdout, stderr} = await tripline([...command.split(' '), '--help'])
    expect(code).toBe(0)
    expect(stderr).toBe('')
    expect(stdout).toContain(`Usage: tripline ${command}`)
    expect(stdout.slice(stdout.indexOf('Examples:'))).toContain(`$ tripline ${command}`)
  })

  test.concurrent('--help of the program names every command; --version says the version', async () => {
    const [help, version] = await Promise.all([tripline(['--help']), tripline(['--version'])])
    expect(help.code).toBe(0)
    for (const command of COMMANDS) expect(help.stdout).toContain(`  ${command.split(' ')[0]}`)
    expect(version.code).toBe(0)
    expect(version.stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
  })
})

describe('bad usage exits with 2, says what is wrong on stderr and prints nothing on stdout', () => {
  const REQUIRED: {readonly [command: string]: string} = {
    replay: '--input - --out /dev/null',
    'rules explain': 'a --events - --anchor b',
    'rules diff': 'a b --events x',
    'simulate scenario': '--out /dev/null',
    'simulate handbook': '--out /dev/null',
    train: '--input -',
    'keys create': '--name n --role admin',
    export: '--out /dev/null',
  }
  const withWhatIsRequired = COMMANDS.map((command) => `${command} ${REQUIRED[command] ?? ''}`.trim())
  test.concurrent.each(withWhatIsRequired)('%s with an unknown option', async (command) => {
    const outcome = await tripline([...command.split(' '), '--no-such-option'])
    expect(outcome).toMatchObject({code: 2, stdout: ''})
    expect(outcome.stderr).toContain("unknown option '--no-such-option'")
  })

  test.concurrent.each([
    ['an unknown command', ['detect'], "unknown command 'detect'"],
    ['an unknown part of a command', ['rules', 'guess'], "unknown command 'guess'"],
    ['no command', [], 'Usage: tripline'],
    ['half a command', ['dead-letters'], 'Usage: tripline dead-letters'],
    ['a missing option', ['replay', '--input', 'x.ndjson'], "required option '--out <dir>' not specified"],
    ['a missing argument', ['dead-letters', 'show'], "missing required argument 'id'"],
    ['a number that is none', ['demo', '--users', 'many'], 'write a whole number'],
    ['a rate of nothing', ['dead-letters', 'replay', '--rate', '0'], 'write a number greater than 0'],
    ['a port that is none', ['run', '--port', '99999'], 'http.port is 99999; allowed is'],
    [
      'a profile that is none',
      ['run', '--profile', 'toaster'],
      'profile is "toaster"; allowed is embedded or cluster',
    ],
    [
      'a number out of range',
      ['simulate', 'scenario', '--out', '/dev/null', '--users', '0'],
      'users is 0; allowed is 1',
    ],
  ])('%s', async (_what, args, words) => {
    const outcome = await tripline(args)
    expect(outcome).toMatchObject({code: 2, stdout: ''})
    expect(outcome.stderr).toContain(words)
    expect(outcome.stderr).not.toMatch(/^ {4}at /m)
  })

  test.concurrent('a configuration file with mistakes: each with its place and its remedy', async () => {
    const config = join(folder.path, 'mistakes.yaml')
    await writeFile(config, 'http: {prot: 1}\nevent_time:\n  idle_timeout: soon\n')
    const outcome = await tripline(['run', '--config', config])
    expect(outcome).toMatchObject({code: 2, stdout: ''})
    expect(outcome.stderr).toContain(`${config}:1:14: http.prot is no setting; did you mean http.port?`)
    expect(outcome.stderr).toContain(`${config}:3:17: event_time.idle_timeout is "soon"; allowed is`)
  })

  test.concurrent('a setting of the environment with a typing error', async () => {
    const outcome = await tripline(['run'], {env: {TRIPLINE_HTTP_PROT: '1'}})
    expect(outcome).toMatchObject({code: 2, stdout: ''})
    expect(outcome.stderr).toContain('did you mean TRIPLINE_HTTP_PORT?')
  })

  test.concurrent('inputs, folders and rules that are not there', async () => {
    const missing = join(folder.path, 'missing')
    const out = join(folder.path, 'out')
    const outcomes = await Promise.all([
      tripline(['replay', '--input', `${missing}.ndjson`, '--out', out]),
      tripline(['replay', '--input', `${missing}.ndjson.gz`, '--out', out]),
      tripline(['rules', 'lint', '--rules', missing]),
      tripline(['doctor', '--config', missing]),
    ])
    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({code: 2, stdout: ''})
      expect(outcome.stderr).toContain(missing)
      expect(outcome.stderr).toMatch(/there is no such (file|folder)/)
    }
  })

  test.concurrent('an input that is no file, and one that is not what its name says', async () => {
    const liar = join(folder.path, 'liar.ndjson.gz')
    await writeFile(liar, 'this is not compressed\n')
    const out = join(folder.path, 'out-of-liar')
    const outcomes = await Promise.all([
      tripline(['replay', '--input', liar, '--out', out]),
      tripline(['replay', '--input', folder.path, '--out', out]),
    ])
    for (const {code, stdout, stderr} of outcomes) {
      expect({code, stdout}).toEqual({code: 2, stdout: ''})
      expect(stderr).not.toMatch(/^ {4}at /m)
    }
    expect(outcomes[0]?.stderr).toContain(liar)
    expect(outcomes[1]?.stderr).toContain(folder.path)
    const nowhere = await tripline(['replay', '--input', '-', '--out', join(liar, 'out')], {input: ''})
    expect(nowhere).toMatchObject({code: 2, stdout: ''})
    expect(nowhere.stderr).toBe(`ENOTDIR: not a directory, mkdir '${join(liar, 'out')}'\n`)
  })
})

test('a service that cannot be reached: exit code 3, with its address and the setting', async () => {
  // Nothing listens at port 1.
  const env = {TRIPLINE_KAFKA_BROKERS: '127.0.0.1:1'}
  const {code, stderr} = await tripline(['run', '--profile', 'cluster'], {env})
  expect(code).toBe(3)
  expect(stderr).toMatch(/Kafka at 127\.0\.0\.1:1 does not answer.*kafka\.brokers/)
})

test('run --print-config prints every setting with its origin, as a file that gives the same settings', async () => {
  const first = await tripline(['run', '--print-config', '--port', '9000'], {
    env: {TRIPLINE_EVENT_LIMIT: '1 KiB'},
  })
  expect(first.code).toBe(0)
  expect(first.stdout).toMatch(/^ {2}port: 9000 # command line$/m)
  expect(first.stdout).toMatch(/^event_limit: 1 KiB # TRIPLINE_EVENT_LIMIT$/m)
  expect(first.stdout).toMatch(/^ {2}allowed_lateness: 10m # default$/m)
  const file = join(folder.path, 'printed.yaml')
  await writeFile(file, first.stdout)
  const again = await tripline(['run', '--print-config', '--config', file])
  const settings = (text: string) => text.replace(/ # .*$/gm, '')
  expect(again.code).toBe(0)
  expect(settings(again.stdout)).toBe(settings(first.stdout))
})

test('a reader that closes the pipe early, such as head, is no failure', async () => {
  const child = startTripline(['run', '--print-config'])
  const stderr = textOf(child.stderr)
  child.stdout.destroy()
  const [code] = await once(child, 'close')
  expect({code, stderr: stderr()}).toEqual({code: 0, stderr: ''})
})
