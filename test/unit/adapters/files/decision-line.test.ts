import {describe, expect, it} from 'vitest'
import {decisionLine} from '../../../../src/adapters/files/decision-line.js'
import type {DecisionRecord} from '../../../../src/core/decision/records.js'

const plain: DecisionRecord = {
  transaction_id: 't"1\\\n\u2028😀',
  user_id: 'u1',
  decision: 'approve',
  revision: 0,
  score: null,
  rules: [],
  reasons: [],
  model: null,
  bundle: '9f2c',
  degraded: ['model'],
  event_time: '2026-01-05T00:00:00.000Z',
  decided_at: '2026-01-05T00:00:00.001Z',
  latency_ms: 0.5,
}

describe('a line of decisions.final.ndjson', () => {
  it.each([
    ['a plain approval', plain],
    ['a later revision', {...plain, revision: 2}],
    ['one with a score', {...plain, score: 0.25}],
    [
      'one with rules and reasons',
      {
        ...plain,
        decision: 'review',
        rules: [{id: 'r', version: 1, action: 'review', score: 1, mode: 'live', alert_id: null}],
        reasons: [{code: 'R', text: '≤', weight: 1}],
      },
    ],
  ] satisfies [string, DecisionRecord][])('is what JSON.stringify writes: %s', (_, record) => {
    expect(decisionLine(record)).toBe(JSON.stringify(record))
  })

  it.each<[string, Partial<DecisionRecord>]>([
    ['decision', {decision: 'decline'}],
    ['revision', {revision: 1}],
    ['score', {score: 0.5}],
    ['model', {model: {id: 'm', version: 1}}],
    ['bundle', {bundle: '0000'}],
    ['list of what is degraded', {degraded: []}],
  ])('is right where its %s is not that of the line before', (_, fields) => {
    for (const record of [plain, {...plain, ...fields}, plain])
      expect(decisionLine(record)).toBe(JSON.stringify(record))
  })
})
