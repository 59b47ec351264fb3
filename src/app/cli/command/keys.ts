import {userInfo} from 'node:os'
import {type Command, InvalidArgumentError, Option} from 'commander'
import {ROLES, type Role} from '../../../adapters/http/principal.js'
import {durationSchema} from '../../../core/source/duration.js'
import {newKey, type StoredKey} from '../../auth/api-key.js'
import {readKeyFile, writeKeyFile} from '../../auth/key-file.js'
import {SYSTEM_CLOCK} from '../../service/system-clock.js'
import {createConsole} from '../console.js'
import {UsageError} from '../exit.js'
import {type CommonOptions, configOf, examples, wholeNumber, withConfigOptions} from '../options.js'

interface KeysOptions extends CommonOptions {
  readonly keys?: string
}

interface CreateOptions extends KeysOptions {
  readonly name: string
  readonly role: readonly Role[]
  readonly expires: number
  readonly rate?: number
}

const YEAR_MS = 365 * 86_400_000
const LONGEST_NAME = 100

export function addKeysCommand(program: Command): void {
  const keys = program.command('keys').description('create, revoke and list API keys')
  const withKeyFile = (command: Command): Command =>
    withConfigOptions(command)
      .option('--keys <file>', 'file of the keys (setting auth.keys)')
      .option('--json', 'print one JSON object')
  examples(
    withKeyFile(keys.command('create').description('a new key; it is shown once and cannot be read again'))
      .requiredOption('--name <name>', 'whom it is for', nameOf)
      .addOption(
        new Option('--role <role...>', 'what it may do').choices([...ROLES]).makeOptionMandatory(true),
      )
      .option('--expires <duration>', 'for how long it counts', lifetimeOf, YEAR_MS)
      .option('--rate <n>', 'requests a second (default: 10000 for service, else 50)', rateOption)
      .action(create),
    [
      'tripline keys create --name checkout --role service --expires 90d',
      'tripline keys create --name ana --role reviewer lead',
    ],
  )
  examples(withKeyFile(keys.command('revoke <id>').description('a key counts no more')).action(revoke), [
    'tripline keys revoke 3f9a0c51d2e4',
  ])
  examples(withKeyFile(keys.command('list').description('all keys, without their secrets')).action(list), [
    'tripline keys list --json',
  ])
}

async function create(options: CreateOptions): Promise<void> {
  const console = createConsole(options.json === true)
  const path = fileOf(options)
  const {name, role: roles, expires: lifetime, rate: ratePerSecond} = options
  const request = {name, roles, lifetime, ratePerSecond, createdBy: userInfo().username}
  const {key, stored} = newKey(request, SYSTEM_CLOCK.now())
  await writeKeyFile(path, [...((await readKeyFile(path)) ?? []), stored])
  console.line(key)
  console.note(
    `key ${stored.id} of ${name} (${stored.roles.join(', ')}) counts until ${stored.expires_at}; ` +
      'it is not shown again. A running service without keys must be started anew to ask for them.',
  )
  console.result({key, ...shown(stored)})
}

async function revoke(id: string, options: KeysOptions): Promise<void> {
  const console = createConsole(options.json === true)
  const path = fileOf(options)
  const keys = (await readKeyFile(path)) ?? []
  const found = keys.find((key) => key.id === id)
  if (found === undefined)
    throw new UsageError(`there is no key ${id} in ${path}; tripline keys list shows all`)
  const now = new Date(SYSTEM_CLOCK.now()).toISOString()
  const revoked = {
    ...found,
    revoked_at: found.revoked_at ?? now,
    revoked_by: found.revoked_by ?? userInfo().username,
  }
  await writeKeyFile(
    path,
    keys.map((key) => (key.id === id ? revoked : key)),
  )
  console.line(`key ${id} of ${found.name} is revoked; a running service refuses it within a second`)
  console.result(shown(revoked))
}

async function list(options: KeysOptions): Promise<void> {
  const console = createConsole(options.json === true)
  const path = fileOf(options)
  const keys = (await readKeyFile(path)) ?? []
  for (const key of keys) console.line(describe(key))
  if (keys.length === 0) console.line(`there are no keys in ${path}`)
  console.result({items: keys.map(shown)})
}

function fileOf(options: KeysOptions): string {
  return configOf(options, options.keys === undefined ? {} : {'auth.keys': options.keys}).auth.keys
}

/** All but the hash: nobody needs it, and a list may be passed on. */
function shown({sha256: _, ...rest}: StoredKey): Omit<StoredKey, 'sha256'> {
  return rest
}

function describe({id, name, roles, expires_at, revoked_at}: StoredKey): string {
  const expired = Date.parse(expires_at) <= SYSTEM_CLOCK.now()
  const state =
    revoked_at !== null ? `revoked ${revoked_at}` : `${expired ? 'expired' : 'until'} ${expires_at}`
  return `${id} ${name} (${roles.join(', ')}) ${state}`
}

function nameOf(text: string): string {
  const name = text.trim()
  if (name === '' || name.length > LONGEST_NAME)
    throw new InvalidArgumentError(`write 1 to ${LONGEST_NAME} characters.`)
  return name
}

function lifetimeOf(text: string): number {
  const parsed = durationSchema.safeParse(text)
  if (!parsed.success || parsed.data <= 0)
    throw new InvalidArgumentError('write a duration such as 90d or 12h.')
  return parsed.data
}

function rateOption(text: string): number {
  const rate = wholeNumber(text)
  if (rate < 1) throw new InvalidArgumentError('write a whole number from 1.')
  return rate
}
