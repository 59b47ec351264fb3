import type {Command} from 'commander'
import {formatFault, isError} from '../../../core/source/source-fault.js'
import {lintRules} from '../../rules/lint-rules.js'
import {createConsole} from '../console.js'
import {EXIT} from '../exit.js'
import {type CommonOptions, configOf, examples, withConfigOptions} from '../options.js'

interface LintOptions extends CommonOptions {
  readonly since?: string
}

export function addRulesLintCommand(rules: Command): void {
  const command = rules
    .command('lint')
    .description('check all rule files: every error and warning with its place and remedy')
  withConfigOptions(command)
    .option('--since <dir>', 'an older folder of the same rules: what has changed needs a higher version')
    .option('--json', 'print the faults as one JSON object')
    .action(lint)
  examples(command, [
    'tripline rules lint',
    'tripline rules lint --rules my-rules',
    'tripline rules lint --since main/cep-rules --json',
  ])
}

async function lint(options: LintOptions): Promise<void> {
  const console = createConsole(options.json === true)
  const {rules, faults, notCompared} = await lintRules(configOf(options), options.since)
  const errors = faults.filter(isError).length
  const warnings = faults.length - errors
  for (const file of notCompared) console.note(`${file} cannot be read; nothing is compared with it`)
  console.result({ok: errors === 0, rules, faults})
  for (const fault of faults) console.line(formatFault(fault))
  const summary = rules === null ? `${errors} errors` : `${rules} rules, no errors`
  console.line(`${summary}, ${warnings} warnings`)
  if (errors > 0) process.exitCode = EXIT.failures
}
