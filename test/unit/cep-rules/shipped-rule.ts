import {readFileSync} from 'node:fs'
import {join, relative} from 'node:path'
import {parse} from 'yaml'
import {readYamlFolder} from '../../../src/adapters/files/read-yaml-folder.js'
import type {RuleFile} from '../../../src/core/rule/rule-file.js'
import type {SourceFile} from '../../../src/core/source/source-fault.js'
import {PROJECT} from '../../support/process/built-program.js'

/** A rule that ships with the project, as an analyst reads it. */
export interface ShippedRule {
  /** From the project's folder, such as `cep-rules/rules/mule/fan-in.yaml`. */
  readonly path: string
  readonly file: SourceFile
  readonly rule: RuleFile
}

/** Every YAML file below `cep-rules/`, and the currency rates: what a bundle is made of. */
export async function shippedFiles(): Promise<readonly SourceFile[]> {
  const folders = ['cep-rules', 'features'].map((folder) => readYamlFolder(join(PROJECT, folder)))
  return (await Promise.all(folders)).flat()
}

export async function shippedRules(): Promise<readonly ShippedRule[]> {
  return (await shippedFiles())
    .map((file) => ({path: relative(PROJECT, file.path), file, rule: parse(file.text) as RuleFile}))
    .filter(({path}) => path.startsWith(join('cep-rules', 'rules')))
}

/** The form of a rule: the one field of `match` that names it. */
export function formOf({rule}: ShippedRule): string {
  return ['event', 'window', 'sequence', 'together'].find((form) => form in rule.match) ?? 'none'
}

export function documentText(name: string): string {
  return readFileSync(join(PROJECT, 'docs', name), 'utf8')
}
