import type {Command} from 'commander'
import {loadBundle} from '../../bundle/load-bundle.js'
import {runRuleTests} from '../../rules/rule-tests.js'
import {createConsole} from '../console.js'
import {EXIT} from '../exit.js'
import {type CommonOptions, configOf, examples, withConfigOptions} from '../options.js'
import {addRulesActivateCommand} from './rules-activate.js'
import {addRulesDiffCommand} from './rules-diff.js'
import {addRulesEconomicsCommand} from './rules-economics.js'
import {addRulesExplainCommand} from './rules-explain.js'
import {addRulesLintCommand} from './rules-lint.js'

export function addRulesCommand(program: Command): void {
  const rules = program.command('rules').description('work on rules')
  addRulesLintCommand(rules)
  examples(
    withConfigOptions(
      rules
        .command('test')
        .description('run the tests inside the rules, in the given order and in shuffled ones'),
    )
      .option('--json', 'print the outcomes as one JSON object')
      .action(test),
    ['tripline rules test', 'tripline rules test --rules my-rules --json'],
  )
  addRulesExplainCommand(rules)
  addRulesDiffCommand(rules)
  addRulesEconomicsCommand(rules)
  addRulesActivateCommand(rules)
}

async function test(options: CommonOptions): Promise<void> {
  const console = createConsole(options.json === true)
  const config = configOf(options)
  const bundle = await loadBundle(config)
  const outcomes = await runRuleTests(bundle, config)
  const failed = outcomes.filter(({ok}) => !ok)
  console.result({ok: failed.length === 0, tests: outcomes.length, failed: failed.length, outcomes})
  for (const {path, rule, name, expected, alerted, order} of failed) {
    console.line(
      `${path}: ${rule}: ${name}: expected [${expected.join(', ')}], alerted [${alerted.join(', ')}] (${order})`,
    )
  }
  console.line(
    `${outcomes.length} tests of ${bundle.sources.length} rules: ${outcomes.length - failed.length} passed, ${failed.length} failed`,
  )
  const untested = bundle.sources.filter(({tests}) => tests.length === 0)
  for (const {path, id} of untested)
    console.line(`${path}: warning: ${id} has no tests; add some under tests:`)
  if (failed.length > 0) process.exitCode = EXIT.failures
}
