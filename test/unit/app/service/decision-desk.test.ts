import {expect, test} from 'vitest'
import type {SubmitResult} from '../../../../src/adapters/http/intake-service.js'
import {DecisionDesk} from '../../../../src/app/service/decision-desk.js'
import type {DecisionRecord} from '../../../../src/core/decision/records.js'
import type {WallTime} from '../../../../src/core/event/time.js'
import {decisionRecord} from '../../../conformance/samples.js'
import {bundleOf} from '../../../support/engine/collected-run.js'

const bytes = new TextEncoder().encode(
  '{"transaction_id":"t1","user_id":"u1","amount":12,"event_time":"2026-01-31T12:00:00Z"}',
)

/** A desk whose engine is the test: `finish` says what became of what was submitted. */
function desk(published?: DecisionRecord, mayFallBack?: () => Promise<boolean>) {
  let finish: (result: SubmitResult) => void = () => undefined
  const bundle = bundleOf([])
  const made = new DecisionDesk({
    bundle: () => bundle,
    submit: () => new Promise((resolve) => (finish = (result) => resolve([result]))),
    published: async () => published,
    clock: {now: () => 0 as WallTime},
    mayFallBack,
  })
  return {desk: made, finish: (status: SubmitResult['status']) => finish({status})}
}

test('a decision that is reached but not committed at the deadline is the answer, and no fallback was given', async () => {
  const {desk: waiting, finish} = desk()
  const answer = waiting.decide(bytes, 20)
  const reached = decisionRecord('t1', {decision: 'decline'})
  expect(waiting.hasFallback('u1', 't1')).toBe(false)
  waiting.reached([decisionRecord('t2'), reached])
  expect(await answer).toEqual({decision: reached})
  expect(waiting.hasFallback('u1', 't1')).toBe(false)
  finish('accepted')
})

test('a fallback is remembered until the transaction is through, and only for that user', async () => {
  const {desk: waiting, finish} = desk()
  expect(await waiting.decide(bytes, 1)).toMatchObject({decision: {degraded: ['deadline'], revision: 0}})
  expect([waiting.hasFallback('u1', 't1'), waiting.hasFallback('u2', 't1')]).toEqual([true, false])
  finish('accepted')
  await expect.poll(() => waiting.hasFallback('u1', 't1')).toBe(false)
})

test('a duplicate whose decision is not kept any more is answered by the policy', async () => {
  const {desk: waiting, finish} = desk()
  const answer = waiting.decide(bytes, 1000)
  finish('duplicate')
  expect(await answer).toMatchObject({decision: {decision: 'approve', degraded: ['expired']}})
})

test('a decision that is committed is answered before all the world is told', async () => {
  const {desk: waiting, finish} = desk()
  const answer = waiting.decide(bytes, 10_000)
  const reached = decisionRecord('t1', {decision: 'decline'})
  waiting.committed([reached])
  waiting.reached([reached])
  waiting.committed([reached])
  expect(await answer).toEqual({decision: reached})
  finish('accepted')
})

test('while another process decides, its decision is waited for a little beyond the deadline', async () => {
  const {desk: waiting} = desk(undefined, async () => false)
  const answer = waiting.decide(bytes, 1)
  const reached = decisionRecord('t1', {decision: 'decline'})
  setTimeout(() => waiting.reached([reached]), 30)
  expect(await answer).toEqual({decision: reached})
  expect(waiting.hasFallback('u1', 't1')).toBe(false)
})

test('where it is not heard of, what was published is the answer, else the fallback', async () => {
  const published = decisionRecord('t1', {decision: 'review'})
  const refuse = async () => false
  expect(await desk(published, refuse).desk.decide(bytes, 1)).toEqual({decision: published})
  expect(await desk(undefined, refuse).desk.decide(bytes, 1)).toMatchObject({
    decision: {degraded: ['deadline']},
  })
})
