import {type Command, InvalidArgumentError} from 'commander'
import type {Config} from '../config/config.js'
import {processEnvironment} from '../config/environment.js'
import {loadConfig} from '../config/load-config.js'

/** Options that most commands share. */
export interface CommonOptions {
  readonly config?: string
  readonly rules?: string
  readonly features?: string
  readonly json?: boolean
}

export function withConfigOptions(command: Command): Command {
  return command
    .option('--config <file>', 'configuration file (default: tripline.yaml, if there is one)')
    .option('--rules <dir>', 'folder of rules, lists and policy (setting rules.dir)')
    .option('--features <dir>', 'folder of feature views and rates (setting features.dir)')
}

/** The configuration with what the command line sets. */
export function configOf(
  options: CommonOptions,
  overrides: {readonly [setting: string]: string} = {},
): Config {
  return loadConfig({
    ...(options.config === undefined ? {} : {file: options.config}),
    env: processEnvironment(),
    overrides: {
      ...(options.rules === undefined ? {} : {'rules.dir': options.rules}),
      ...(options.features === undefined ? {} : {'features.dir': options.features}),
      ...overrides,
    },
  })
}

export function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('write a whole number.')
  return Number(text)
}

export function positiveNumber(text: string): number {
  const value = Number(text)
  if (!(value > 0) || !Number.isFinite(value))
    throw new InvalidArgumentError('write a number greater than 0.')
  return value
}

/** Examples at the end of a command's help. */
export function examples(command: Command, lines: readonly string[]): Command {
  return command.addHelpText('after', `\nExamples:\n${lines.map((line) => `  $ ${line}`).join('\n')}`)
}
