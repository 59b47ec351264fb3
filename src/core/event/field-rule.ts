import {z} from 'zod'

/** What a stream's schema asks of one field, in a form that is tested fast. */
export interface FieldRule {
  readonly name: string
  readonly required: boolean
  /** `unsure`: the schema asks what no rule can say, so that nothing is sure to fit. */
  readonly type: 'string' | 'number' | 'boolean' | 'unsure'
  /** Least length of a text; least number. */
  readonly least: number
  /** Greatest number. */
  readonly most: number
  readonly values: ReadonlySet<string> | undefined
  readonly pattern: RegExp | undefined
}

interface PropertySchema {
  readonly [keyword: string]: unknown
}

const compiled = new WeakMap<z.ZodType, readonly FieldRule[]>()

/** Of each field that the schema names. */
export function fieldRulesOf(schema: z.ZodType): readonly FieldRule[] {
  const known = compiled.get(schema)
  if (known !== undefined) return known
  const {properties = {}, required = []} = z.toJSONSchema(schema, {io: 'input', target: 'draft-7'})
  const rules = Object.entries(properties).map(([name, property]) =>
    fieldRule(name, property as PropertySchema, required.includes(name)),
  )
  compiled.set(schema, rules)
  return rules
}

export function textFits({type, least, values, pattern}: FieldRule, text: string): boolean {
  if (type !== 'string' || text.length < least) return false
  return (values === undefined || values.has(text)) && (pattern === undefined || pattern.test(text))
}

/** What is too large for a double, such as 1e999, parses to infinity and is no number. */
export function numberFits({type, least, most}: FieldRule, value: number): boolean {
  return type === 'number' && value >= least && value <= most
}

function fieldRule(name: string, property: PropertySchema, required: boolean): FieldRule {
  // A required field may not be null; every other may.
  const schema = required ? property : withoutNull(property)
  const {type, minLength, minimum, maximum, enum: values, pattern, ...others} = schema ?? {}
  const isKnownType = type === 'string' || type === 'number' || type === 'boolean'
  return {
    name,
    required,
    type: isKnownType && Object.keys(others).length === 0 ? type : 'unsure',
    least: ((type === 'string' ? minLength : minimum) ?? -Number.MAX_VALUE) as number,
    most: (maximum ?? Number.MAX_VALUE) as number,
    values: values === undefined ? undefined : new Set(values as readonly string[]),
    pattern: pattern === undefined ? undefined : new RegExp(pattern as string),
  }
}

/** The schema of what is not null; undefined if null is not allowed. */
function withoutNull({type, anyOf, ...others}: PropertySchema): PropertySchema | undefined {
  if (Array.isArray(type)) {
    const [one, other, ...more] = type
    return other === 'null' && more.length === 0 ? {type: one, ...others} : undefined
  }
  if (!Array.isArray(anyOf) || anyOf.length !== 2 || Object.keys(others).length > 0) return undefined
  const [schema, nothing] = anyOf as readonly PropertySchema[]
  return nothing?.type === 'null' ? schema : undefined
}
