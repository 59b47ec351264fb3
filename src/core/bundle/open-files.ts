import type {z} from 'zod'
import {FEATURE_VIEW_SCHEMA} from '../feature/view-file.js'
import {RULE_SCHEMA} from '../rule/rule-file.js'
import type {SourceFault, SourceFile} from '../source/source-fault.js'
import {type CheckedDocument, type RawDocument, readYaml, schemaNameOf} from '../source/yaml-document.js'
import {AMENDMENTS_SCHEMA} from './amendments-file.js'
import {LIST_SCHEMA} from './list-file.js'
import {POLICY_SCHEMA} from './policy-file.js'
import {RATES_SCHEMA} from './rates-file.js'

const KNOWN_SCHEMAS = [RULE_SCHEMA, LIST_SCHEMA, POLICY_SCHEMA, RATES_SCHEMA, FEATURE_VIEW_SCHEMA]

/** Besides those, the service itself writes one. */
const READ_SCHEMAS = [...KNOWN_SCHEMAS, AMENDMENTS_SCHEMA]

export interface OpenFile {
  readonly path: string
  readonly raw: RawDocument
}

/** A file whose content was held against the schema that it names. */
export interface Reading<T> extends CheckedDocument<T> {
  readonly path: string
}

/** The files of a bundle as YAML data, by the schema that each names; what cannot be read or told apart is a fault. */
export class OpenFiles {
  readonly #bySchema = new Map<string, OpenFile[]>(READ_SCHEMAS.map((schema) => [schema, []]))

  constructor(files: readonly SourceFile[], faults: SourceFault[]) {
    for (const file of files) {
      const raw = readYaml(file)
      const schema = schemaNameOf(raw.data)
      const group = schema === undefined ? undefined : this.#bySchema.get(schema)
      if (raw.faults.length > 0) faults.push(...raw.faults)
      else if (group === undefined) faults.push(unknownSchema(file, schema))
      else group.push({path: file.path, raw})
    }
  }

  named(schema: string): readonly OpenFile[] {
    return this.#bySchema.get(schema) ?? []
  }

  read<T>(name: string, schema: z.ZodType<T>, faults: SourceFault[]): readonly Reading<T>[] {
    return this.named(name).map(({path, raw}) => {
      const checked = raw.check(schema)
      faults.push(...checked.faults)
      return {path, ...checked}
    })
  }

  /** The data of all files. */
  get contents(): readonly unknown[] {
    return [...this.#bySchema.values()].flat().map(({raw}) => raw.data)
  }
}

function unknownSchema(file: SourceFile, schema: string | undefined): SourceFault {
  const message =
    schema === undefined ? 'the file does not say what it is' : `there is no schema ${JSON.stringify(schema)}`
  const remedy = `begin it with one of ${KNOWN_SCHEMAS.map((known) => `schema: ${known}`).join(', ')}`
  return {file: file.path, line: 1, column: 1, message, remedy, severity: 'error'}
}
