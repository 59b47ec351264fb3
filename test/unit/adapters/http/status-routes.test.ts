import {expect, it} from 'vitest'
import {
  ledgerAnswerSchema,
  liveAnswerSchema,
  readyAnswerSchema,
} from '../../../../src/adapters/http/status-routes.js'
import {fakeServer} from './fake-services.js'

it('shows the ledger by partition and in total', async () => {
  const {app, status} = fakeServer()
  const account = {in: 4, accepted: 1, duplicate: 1, late: 1, dead_lettered: 1}
  status.report = {
    partitions: [
      {partition: 0, watermark: '2026-01-01T00:00:00.000Z', accounts: {transactions: account}},
      {partition: 1, watermark: null, accounts: {}},
    ],
    total: {transactions: account},
    balanced: true,
  }
  const answer = await app.inject('/v1/ledger')
  expect(answer.statusCode).toBe(200)
  expect(ledgerAnswerSchema.parse(answer.json())).toEqual(status.report)
})

it('says that it lives, and no longer when it does not', async () => {
  const {app, status} = fakeServer()
  const alive = await app.inject('/health/live')
  expect([alive.statusCode, liveAnswerSchema.parse(alive.json())]).toEqual([200, {live: true}])
  status.alive = false
  const dead = await app.inject('/health/live')
  expect([dead.statusCode, liveAnswerSchema.parse(dead.json())]).toEqual([503, {live: false}])
})

it('says that it is ready, or why it is not', async () => {
  const {app, status} = fakeServer()
  const ready = await app.inject('/health/ready')
  expect([ready.statusCode, readyAnswerSchema.parse(ready.json())]).toEqual([200, {ready: true, reasons: []}])
  status.unreadyBecause = ['recovering partition 0']
  const unready = await app.inject('/health/ready')
  expect(unready.statusCode).toBe(503)
  expect(readyAnswerSchema.parse(unready.json())).toEqual({ready: false, reasons: ['recovering partition 0']})
})

it('is live and ready under overload: load is no failure', async () => {
  const {app, intake} = fakeServer()
  intake.saturated = true
  expect((await app.inject('/health/live')).statusCode).toBe(200)
  expect((await app.inject('/health/ready')).statusCode).toBe(200)
})
