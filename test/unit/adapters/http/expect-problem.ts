import type {LightMyRequestResponse} from 'fastify'
import {expect} from 'vitest'
import {
  PROBLEMS,
  type ProblemBody,
  type ProblemCode,
  problemSchema,
} from '../../../../src/adapters/http/problem.js'

/** The answer is this problem, and well formed. */
export function expectProblem(answer: LightMyRequestResponse, code: ProblemCode): ProblemBody {
  expect(answer.headers['content-type']).toBe('application/problem+json')
  const problem = problemSchema.parse(answer.json())
  expect(problem.code).toBe(code)
  expect(problem).toMatchObject({type: `urn:tripline:problem:${code}`, ...PROBLEMS[code]})
  expect(answer.statusCode).toBe(PROBLEMS[code].status)
  expect(problem.detail).not.toBe('')
  return problem
}
