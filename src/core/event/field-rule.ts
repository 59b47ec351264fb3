import {z} from 'zod'

interface PropertySchema {
  readonly [keyword: string]: unknown
}

/** What a stream's schema asks of one field, in a form that is tested fast. */
export class FieldRule {
  /** `unsure`: the schema asks what is not told here, so that nothing is sure to fit. */
  readonly type: 'string' | 'number' | 'boolean' | 'unsure'
  /** Least length of a text; least number. */
  private readonly least: number
  private readonly most: number
  private readonly values: ReadonlySet<string> | undefined
  private readonly pattern: RegExp | undefined

  constructor(
    readonly name: string,
    readonly required: boolean,
    property: PropertySchema,
  ) {
    // A required field may not be null; every other may.
    const schema = required ? property : withoutNull(property)
    const {type, minLength, minimum, maximum, enum: values, pattern, ...others} = schema ?? {}
    const isTestable = type === 'string' || type === 'number' || type === 'boolean'
    this.type = isTestable && Object.keys(others).length === 0 ? type : 'unsure'
    this.least = ((type === 'string' ? minLength : minimum) ?? -Number.MAX_VALUE) as number
    this.most = (maximum ?? Number.MAX_VALUE) as number
    this.values = values === undefined ? undefined : new Set(values as readonly string[])
    this.pattern = pattern === undefined ? undefined : new RegExp(pattern as string)
  }

  takesText(text: string): boolean {
    const {type, least, values, pattern} = this
    if (type !== 'string' || text.length < least) return false
    return (values === undefined || values.has(text)) && (pattern === undefined || pattern.test(text))
  }

  /** What is too large for a double, such as 1e999, parses to infinity and is no number. */
  takesNumber(value: number): boolean {
    return this.type === 'number' && value >= this.least && value <= this.most
  }
}

const compiled = new WeakMap<z.ZodType, readonly FieldRule[]>()

/** Of each field that the schema names. */
export function fieldRulesOf(schema: z.ZodType): readonly FieldRule[] {
  const known = compiled.get(schema)
  if (known !== undefined) return known
  const {properties = {}, required = []} = z.toJSONSchema(schema, {io: 'input', target: 'draft-7'})
  const rules = Object.entries(properties).map(
    ([name, property]) => new FieldRule(name, required.includes(name), property as PropertySchema),
  )
  compiled.set(schema, rules)
  return rules
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
