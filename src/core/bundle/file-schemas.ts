import {globalRegistry, toJSONSchema, type z} from 'zod'
import {anyFeatureViewSchema} from '../feature/view-file.js'
import {anyRuleFileSchema} from '../rule/rule-file.js'
import {listFileSchema} from './list-file.js'
import {policyFileSchema} from './policy-file.js'
import {ratesFileSchema} from './rates-file.js'

/** The schema of each kind of file that people write, by the name of the kind. */
const FILE_SCHEMAS: {readonly [kind: string]: z.ZodType} = {
  rule: anyRuleFileSchema,
  list: listFileSchema,
  policy: policyFileSchema,
  rates: ratesFileSchema,
  'feature-view': anyFeatureViewSchema,
}

export const FILE_KINDS = Object.keys(FILE_SCHEMAS)

/**
 * What editors check and complete a kind of file with: JSON Schema, draft 7, which all of them read. It knows the
 * fields, their types and their texts; what conditions mean is for the compiler to say.
 */
export function jsonSchemaOf(kind: string): object {
  const schema = FILE_SCHEMAS[kind]
  if (schema === undefined) throw new RangeError(`there is no kind of file called ${kind}`)
  return toJSONSchema(schema, {
    target: 'draft-7',
    io: 'input',
    override: ({zodSchema, jsonSchema}) => {
      // The library drops the examples of what is transformed after reading. Ours are examples of what is written.
      const examples = globalRegistry.get(zodSchema)?.examples
      if (Array.isArray(examples)) jsonSchema.examples = examples
    },
  })
}
