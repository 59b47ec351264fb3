import type {z} from 'zod'
import {type MatchFormName, RULE_SCHEMA, type RuleFile, ruleFileSchema} from './rule-file.js'

/** What stands for a required field that is missing or wrong; none of these gives rise to a fault of its own. */
const STAND_INS: {readonly [field: string]: unknown} = {
  schema: RULE_SCHEMA,
  id: 'unnamed',
  version: 1,
  title: 'Untitled',
  severity: 'low',
  action: 'review',
  score: 1,
  span: '1h',
  within: '1h',
  having: 'true',
  times: '1..',
}

/** Without these a file is not understood, also where they are optional: a step has one name or the other. */
const NOT_MENDED = new Set(['as', 'absent'])

/** A required field inside a field that was mended can be mended in the next round. */
const ROUNDS = 3

/**
 * A rule file that does not fit its schema, with what does not fit left out or replaced: good for checking its
 * conditions, never for running. Undefined if that would be guessing, as for a wrong key, stream or name.
 */
export function mendedRuleFile(form: MatchFormName, data: unknown): RuleFile | undefined {
  const schema = ruleFileSchema(form)
  const copy = structuredClone(data)
  for (let round = 0; round < ROUNDS; round++) {
    const {success, error, data: mended} = schema.safeParse(copy)
    if (success) return mended
    for (const issue of error.issues) mend(copy, issue)
  }
  return undefined
}

function mend(data: unknown, issue: z.core.$ZodIssue): void {
  const path = issue.path[0] === 'tests' ? ['tests'] : issue.path
  if (issue.code === 'unrecognized_keys' && path === issue.path) {
    for (const name of issue.keys) replace(data, [...path, name], undefined)
  } else if (!NOT_MENDED.has(String(path.at(-1)))) {
    replace(data, path, STAND_INS[String(path.at(-1))])
  }
}

/** Sets the field at a path; `undefined` removes it. */
function replace(data: unknown, path: readonly PropertyKey[], value: unknown): void {
  let parent = data
  for (const step of path.slice(0, -1)) parent = child(parent, step)
  const field = path.at(-1)
  if (parent === null || typeof parent !== 'object' || field === undefined) return
  if (value === undefined) Reflect.deleteProperty(parent, field)
  else Object.assign(parent, {[field]: value})
}

function child(parent: unknown, step: PropertyKey): unknown {
  return parent === null || typeof parent !== 'object'
    ? undefined
    : (parent as {[step: PropertyKey]: unknown})[step]
}
