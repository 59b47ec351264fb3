import type {Command} from 'commander'
import type {StoredDeadLetter} from '../../../engine/port/read-model.js'
import type {Config} from '../../config/config.js'
import {openClusterLetters} from '../../dead-letters/cluster-letters.js'
import {openEmbeddedLetters} from '../../dead-letters/embedded-letters.js'
import type {LetterBox} from '../../dead-letters/letter-box.js'
import {SYSTEM_CLOCK} from '../../service/system-clock.js'
import {type Console, createConsole} from '../console.js'
import {UsageError} from '../exit.js'
import {type CommonOptions, configOf, examples, positiveNumber, withConfigOptions} from '../options.js'

interface DeadLetterOptions extends CommonOptions {
  readonly dataDir?: string
  readonly reason?: string
  readonly dryRun?: boolean
  readonly rate: number
}

const PAGE = 200

export function addDeadLettersCommand(program: Command): void {
  const letters = program.command('dead-letters').description('look at refused inputs, and send them again')
  const withDataDir = (command: Command): Command =>
    withConfigOptions(command)
      .option('--data-dir <dir>', 'data directory of the embedded profile (setting data_dir)')
      .option('--json', 'print one JSON object')
  const withReason = (command: Command): Command =>
    command.option('--reason <code>', 'only those refused for this reason, such as bad_schema')
  examples(
    withReason(
      withDataDir(letters.command('list').description('all dead letters, in the order they came')),
    ).action(list),
    ['tripline dead-letters list', 'tripline dead-letters list --reason bad_schema --json'],
  )
  examples(
    withDataDir(letters.command('show <id>').description('one dead letter with its bytes')).action(show),
    ['tripline dead-letters show 0-1234'],
  )
  examples(
    withReason(
      withDataDir(
        letters.command('replay [id]').description('send dead letters again, with their original ids'),
      ),
    )
      .option('--dry-run', 'say what would be sent, and send nothing')
      .option('--rate <n>', 'at most so many a second', positiveNumber, 1000)
      .action(replayLetters),
    ['tripline dead-letters replay --reason bad_schema --dry-run', 'tripline dead-letters replay 0-1234'],
  )
}

async function list(options: DeadLetterOptions): Promise<void> {
  const console = createConsole(options.json === true)
  await withLetters(dataDirConfig(options), async (box) => {
    const items: StoredDeadLetter[] = []
    for await (const stored of allLetters(box, options.reason)) {
      if (console.json) items.push(stored)
      else console.line(describe(stored))
    }
    console.result({items})
  })
}

async function show(id: string, options: DeadLetterOptions): Promise<void> {
  const console = createConsole(options.json === true)
  await withLetters(dataDirConfig(options), async (box) => {
    const stored = await box.deadLetter(id)
    if (stored === undefined) throw unknownLetter(id)
    console.result(stored)
    console.line(describe(stored))
    console.line(
      stored.letter.raw === null
        ? '(its bytes were not kept)'
        : Buffer.from(stored.letter.raw, 'base64').toString('utf8'),
    )
  })
}

async function replayLetters(id: string | undefined, options: DeadLetterOptions): Promise<void> {
  const console = createConsole(options.json === true)
  await withLetters(dataDirConfig(options), async (box) => {
    const letters = await chosenLetters(box, id, options.reason)
    const sendable = letters.filter(({letter}) => letter.raw !== null)
    const skipped = letters.length - sendable.length
    if (options.dryRun === true) {
      for (const stored of sendable) console.line(`would send ${describe(stored)}`)
      console.line(`${sendable.length} would be sent; ${skipped} cannot be: their bytes were not kept`)
      console.result({dry_run: true, would_send: sendable.map(({id: letterId}) => letterId), skipped})
      return
    }
    const outcomes = await sendAll(sendable, box, options.rate, console)
    console.line(
      `${sendable.length} sent: ${JSON.stringify(outcomes)}; ${skipped} skipped: their bytes were not kept`,
    )
    console.result({sent: sendable.length, outcomes, skipped})
  })
}

/** Sends letters no faster than asked, and counts what became of them. */
async function sendAll(
  letters: readonly StoredDeadLetter[],
  box: LetterBox,
  rate: number,
  console: Console,
): Promise<{readonly [fate: string]: number}> {
  const outcomes: {[fate: string]: number} = {}
  const started = performance.now()
  for (const [i, stored] of letters.entries()) {
    const ahead = (i / rate) * 1000 - (performance.now() - started)
    if (ahead > 0) await new Promise((resolve) => setTimeout(resolve, ahead))
    const fate = await box.send(stored)
    outcomes[fate] = (outcomes[fate] ?? 0) + 1
    console.progress(`${i + 1} of ${letters.length}`)
  }
  return outcomes
}

async function chosenLetters(
  box: LetterBox,
  id: string | undefined,
  reason: string | undefined,
): Promise<readonly StoredDeadLetter[]> {
  if (id !== undefined) {
    const stored = await box.deadLetter(id)
    if (stored === undefined) throw unknownLetter(id)
    return [stored]
  }
  const letters: StoredDeadLetter[] = []
  for await (const stored of allLetters(box, reason)) if (stored.replays === 0) letters.push(stored)
  return letters
}

async function* allLetters(box: LetterBox, reason: string | undefined): AsyncGenerator<StoredDeadLetter> {
  let cursor: string | undefined
  do {
    const page = await box.deadLetters(reason, PAGE, cursor)
    yield* page.items
    cursor = page.cursor
  } while (cursor !== undefined)
}

async function withLetters<T>(config: Config, use: (box: LetterBox) => Promise<T>): Promise<T> {
  const open = config.profile === 'cluster' ? openClusterLetters : openEmbeddedLetters
  const box = await open(config, SYSTEM_CLOCK)
  try {
    return await use(box)
  } finally {
    await box.close()
  }
}

function dataDirConfig(options: DeadLetterOptions): Config {
  return configOf(options, options.dataDir === undefined ? {} : {data_dir: options.dataDir})
}

function describe({id, letter, replays}: StoredDeadLetter): string {
  const again = replays === 0 ? '' : ` (sent again ${replays} times)`
  return `${id} ${letter.origin.topic} ${letter.reason}: ${letter.detail}${again}`
}

function unknownLetter(id: string): UsageError {
  return new UsageError(`there is no dead letter ${id}; tripline dead-letters list shows all`)
}
