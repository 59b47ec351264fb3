import {join} from 'node:path'
import type {Command} from 'commander'
import {PUBLISHED_SIZE} from '../../../simulation/handbook/options.js'
import {handbookTable} from '../../learning/handbook-words.js'
import {runHandbook} from '../../learning/run-handbook.js'
import {textTable} from '../../rules/text-table.js'
import {createConsole} from '../console.js'
import {examples, wholeNumber} from '../options.js'
import {addEvaluateLoopCommand} from './evaluate-loop.js'

interface EvaluateOptions {
  readonly users: number
  readonly quick?: boolean
  readonly validation?: boolean
  readonly out?: string
  readonly json?: boolean
}

export function addEvaluateCommand(program: Command): void {
  const evaluate = program
    .command('evaluate')
    .description('how good the model is, on data that others were judged by')
  const handbook = evaluate
    .command('handbook')
    .description("the Fraud Detection Handbook's data set and protocol, beside its published results")
    .option(
      '--users <n>',
      'how many customers; the published results are for all',
      wholeNumber,
      PUBLISHED_SIZE.users,
    )
    .option('--quick', 'hardly train the network: shows that everything works, its numbers mean nothing')
    .option('--validation', 'judge on the validation weeks, by which settings are chosen')
    .option('--out <dir>', 'folder for evaluation.json and evaluation.html, with plots')
    .option('--json', 'print the result as one JSON object')
    .action(evaluateHandbookCommand)
  examples(handbook, [
    'tripline evaluate handbook',
    'tripline evaluate handbook --out handbook-report',
    'tripline evaluate handbook --users 300 --quick --json',
  ])
  addEvaluateLoopCommand(evaluate)
}

async function evaluateHandbookCommand({
  users,
  quick,
  validation,
  out,
  json,
}: EvaluateOptions): Promise<void> {
  const console = createConsole(json === true)
  const run = {users, isQuick: quick === true, onValidation: validation === true, outputDir: out}
  const result = await runHandbook(run, console)
  console.result(result)
  for (const line of textTable(handbookTable(result))) console.line(line)
  console.line(`${result.seconds} s`)
  if (out !== undefined)
    console.line(
      `the result is in ${join(out, 'evaluation.json')}, with plots in ${join(out, 'evaluation.html')}`,
    )
}
