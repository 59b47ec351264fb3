import {expect, test} from 'vitest'
import {rememberDecision, undecided} from '../../../../src/core/decision/decision-state.js'
import {emptyKeyState} from '../../../../src/core/decision/key-state.js'
import {applyScore} from '../../../../src/core/decision/score-decision.js'
import type {StoredEvent} from '../../../../src/core/event/stored-event.js'
import {TRANSACTION_RANK} from '../../../../src/core/event/stream.js'
import type {EventTime} from '../../../../src/core/event/time.js'
import type {PersistedJudgement} from '../../../../src/engine/port/state-store.js'
import {persistJudgement, restoreKey} from '../../../../src/engine/stage/restore.js'
import {bundleOf} from '../../../support/engine/collected-run.js'

test('what the model said of a transaction survives a restart, for decisions that are revised later', () => {
  const bundle = bundleOf([])
  const transaction: StoredEvent = {
    stream: 'transactions',
    rank: TRANSACTION_RANK,
    time: 1 as EventTime,
    id: 't1',
    fields: {user_id: 'u1'},
    predicates: [],
    contentHash: 1,
  }
  const state = emptyKeyState('u1', 'user_id')
  const decision = undecided(transaction)
  const reasons = [{code: 'CARD', text: 'card: count 1h is 9, usually 1', weight: 1}]
  applyScore(decision, {model: {id: 'm', version: 4}, score: 0.9, reasons}, 'u1', {
    ...bundle.policy,
    control_sample: {share: 1, seed: 1},
  })
  expect(decision.control).toBe(1)
  rememberDecision(state, decision)
  const judgement = JSON.parse(JSON.stringify(persistJudgement(state))) as PersistedJudgement
  const restored = restoreKey(
    'u1',
    'user_id',
    {events: [transaction], judgement},
    {
      bundle,
      historyFrom: 0 as EventTime,
      since: [],
    },
  )
  expect(restored.decisions?.get('t1')).toEqual(decision)
})
