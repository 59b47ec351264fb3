import type {Command} from 'commander'
import type {Bundle, RuleSource} from '../../../core/bundle/bundle.js'
import type {DecodedEvent} from '../../../core/event/decode.js'
import {closest} from '../../../core/expression/suggest.js'
import type {Rule} from '../../../core/rule/rule.js'
import {loadBundle} from '../../bundle/load-bundle.js'
import {bundleWithOnly} from '../../rules/bundle-with-only.js'
import {explainRecorded} from '../../rules/explain-anchor.js'
import {closestId, findEvents} from '../../rules/explain-find.js'
import {RecordedLines} from '../../rules/explain-input.js'
import {explanationWords} from '../../rules/explain-words.js'
import {createConsole} from '../console.js'
import {UsageError} from '../exit.js'
import {type CommonOptions, configOf, examples, withConfigOptions} from '../options.js'

interface ExplainOptions extends CommonOptions {
  readonly events: readonly string[]
  readonly anchor: string
  readonly user?: string
}

export function addRulesExplainCommand(rules: Command): void {
  const command = withConfigOptions(
    rules
      .command('explain')
      .description('why a rule fires for a recorded event or not, and what would have to be different')
      .argument('<rule>', 'id of the rule, whatever its mode')
      .requiredOption('--events <file...>', 'NDJSON files in order of arrival; - is stdin, .gz works')
      .requiredOption('--anchor <id>', 'id of the event that the rule is asked about, such as a transaction'),
  )
    .option('--user <id>', 'whose event it is, where several users have one with this id')
    .option('--json', 'print the explanation as one JSON object')
    .action(explain)
  examples(command, [
    'tripline rules explain geo-jump-high-value --events events.ndjson --anchor t1000123',
    'tripline rules explain burst-spending --events week.ndjson.gz --anchor t42 --user u7 --json',
    'tripline rules explain my-rule --rules my-rules --events events.ndjson --anchor t1000123',
  ])
}

async function explain(id: string, options: ExplainOptions): Promise<void> {
  const console = createConsole(options.json === true)
  const config = configOf(options)
  const bundle = await loadBundle(config)
  const source = ruleCalled(id, bundle)
  const alone = await bundleWithOnly(source, bundle, config)
  const lines = new RecordedLines(options.events)
  const anchor = await anchorOf(alone, lines, options)
  const explained = await explainRecorded(source, alone, lines, anchor)
  if (explained === undefined) {
    throw new UsageError(
      `${options.anchor} was not accepted as an event; tripline replay writes the reason to dead-letters.ndjson`,
    )
  }
  console.result(explained)
  for (const line of explanationWords(explained)) console.line(line)
}

function ruleCalled(id: string, {sources}: Bundle): RuleSource {
  const source = sources.find((each) => each.id === id)
  if (source !== undefined) return source
  const ids = sources.map((each) => each.id)
  const meant = closest(id, ids)
  throw new UsageError(
    `no rule is called ${JSON.stringify(id)}; ${meant === undefined ? `known are ${ids.join(', ')}` : `did you mean ${meant}?`}`,
  )
}

/** The one event that is asked about. */
async function anchorOf(
  alone: Bundle,
  lines: RecordedLines,
  {anchor: id, user}: ExplainOptions,
): Promise<DecodedEvent> {
  const {anchorStream} = (alone.rules[0] as Rule).form
  const {anchors, otherStreams} = await findEvents(lines, alone, anchorStream, id)
  const [anchor, second] = anchors.filter(({key}) => user === undefined || key === user)
  const users = anchors.map(({key}) => key)
  if (second !== undefined) {
    throw new UsageError(`${users.length} users have an event ${id}: ${some(users)}; say which with --user`)
  }
  if (anchor !== undefined) return anchor
  if (users.length > 0) {
    throw new UsageError(`${id} is no event of ${user}, but of ${some(users)}; give --user one of these`)
  }
  const named = JSON.stringify(id)
  if (otherStreams.length > 0) {
    const streams = otherStreams.join(' and ')
    throw new UsageError(
      `${named} is an event of ${streams}; the rule is about ${anchorStream}: give one of these`,
    )
  }
  const meant = await closestId(lines, alone, anchorStream, id)
  const remedy = meant === undefined ? 'check the id and the files' : `did you mean ${meant}?`
  throw new UsageError(`no event of ${anchorStream} has the id ${named}; ${remedy}`)
}

const SHOWN = 10

function some(names: readonly string[]): string {
  return names.length <= SHOWN ? names.join(', ') : `${names.slice(0, SHOWN).join(', ')} …`
}
