import {join} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import type {StoredDeadLetter} from '../../src/engine/port/read-model.js'
import {type TemporaryFolder, temporaryFolder} from '../conformance/temporary-folder.js'
import {ensureBuilt} from '../support/process/built-program.js'
import {RunningService} from '../support/process/running-service.js'
import {getLedger} from '../support/process/service-answers.js'
import {storedOutcome} from '../support/process/stored-outcome.js'
import {tripline, triplineJson} from '../support/process/tripline.js'

/** So long after it was sent, the event from the future is within the allowed skew of 5 minutes. */
const AHEAD_MS = 1_500
const SKEW_MS = 300_000
const BROKEN = '{"transaction_id":"broken","user_id":"u1","amount":"12"}'

let folder: TemporaryFolder
let dataDir: string
let sentAt: number

interface Listed {
  readonly items: readonly StoredDeadLetter[]
}

const deadLetters = (...args: readonly string[]) => ['dead-letters', ...args, '--data-dir', dataDir]
const list = (...args: readonly string[]) => triplineJson<Listed>(deadLetters('list', ...args))

async function post(url: string, lines: readonly string[]): Promise<void> {
  const headers = {'content-type': 'application/x-ndjson'}
  const answer = await fetch(`${url}/v1/events/transactions`, {
    method: 'POST',
    headers,
    body: lines.join('\n'),
  })
  expect(answer.status).toBe(202)
}

beforeAll(async () => {
  await ensureBuilt()
  folder = await temporaryFolder()
  dataDir = join(folder.path, 'data')
  const service = new RunningService(dataDir)
  try {
    const {url} = await service.ready()
    sentAt = Date.now()
    const event = (id: string, more: object) =>
      JSON.stringify({transaction_id: id, user_id: 'u1', amount: 1, event_time: sentAt, ...more})
    await post(url, [
      event('good', {}),
      BROKEN,
      event('future', {event_time: sentAt + SKEW_MS + AHEAD_MS}),
      event('card', {card_id: '4111111111111111'}),
      '{"transaction_id":',
    ])
    const inUse = await tripline(deadLetters('list'))
    expect(inUse).toMatchObject({code: 3, stdout: ''})
    expect(inUse.stderr).toContain('in use by another tripline process')
  } finally {
    await service.end('SIGTERM')
  }
}, 90_000)
afterAll(() => folder.remove())

describe('list and show', () => {
  test('list gives all letters in the order they came, in words and as JSON', async () => {
    const {items} = await list()
    const words = await tripline(deadLetters('list'))
    expect(items.map(({id, letter}) => [id, letter.reason])).toEqual([
      ['0-1', 'bad_schema'],
      ['0-2', 'future_event_time'],
      ['0-3', 'looks_like_pan'],
      ['0-4', 'bad_json'],
    ])
    expect(words.code).toBe(0)
    expect(words.stdout.split('\n').map((line) => line.split(' ').slice(0, 3).join(' '))).toEqual([
      '0-1 transactions bad_schema:',
      '0-2 transactions future_event_time:',
      '0-3 transactions looks_like_pan:',
      '0-4 transactions bad_json:',
      '',
    ])
  })

  test('list --reason gives only those', async () => {
    expect((await list('--reason', 'bad_json')).items.map(({id}) => id)).toEqual(['0-4'])
    expect((await list('--reason', 'unroutable')).items).toEqual([])
  })

  test('show gives one letter with its bytes; those with a card number were not kept', async () => {
    const broken = await tripline(deadLetters('show', '0-1'))
    const card = await tripline(deadLetters('show', '0-3'))
    const json = await triplineJson<StoredDeadLetter>(deadLetters('show', '0-1'))
    expect(broken.stdout.split('\n')[1]).toBe(BROKEN)
    expect(card.stdout).toContain('(its bytes were not kept)')
    expect(json).toMatchObject({id: '0-1', replays: 0, letter: {attempt: 1, stage: 'decode'}})
    expect(Buffer.from(json.letter.raw as string, 'base64').toString()).toBe(BROKEN)
  })

  test('an id that is not there exits with 2 and says how to find one', async () => {
    for (const command of ['show', 'replay']) {
      const outcome = await tripline(deadLetters(command, '0-99'))
      expect(outcome).toMatchObject({code: 2, stdout: ''})
      expect(outcome.stderr).toContain('there is no dead letter 0-99; tripline dead-letters list shows all')
    }
  })
})

describe('replay', () => {
  interface Replayed {
    readonly sent: number
    readonly outcomes: {readonly [fate: string]: number}
    readonly skipped: number
  }
  const replay = <T = Replayed>(...args: readonly string[]) => triplineJson<T>(deadLetters('replay', ...args))

  test('first a dry run, which sends nothing; then all letters that have bytes, once, no faster than asked', async () => {
    const dryRun = await replay<object>('--dry-run')
    expect(dryRun).toEqual({dry_run: true, would_send: ['0-1', '0-2', '0-4'], skipped: 1})
    expect((await list()).items).toHaveLength(4)

    await sleep(Math.max(0, sentAt + AHEAD_MS + 500 - Date.now()))
    const began = performance.now()
    const sent = await replay('--rate', '2')
    expect(performance.now() - began).toBeGreaterThan(1000)
    expect(sent).toEqual({sent: 3, outcomes: {accepted: 1, dead_lettered: 2}, skipped: 1})

    const {items} = await list()
    expect(items.map(({id, replays, letter}) => [id, replays, letter.attempt])).toEqual([
      ['0-1', 1, 1],
      ['0-2', 1, 1],
      ['0-3', 0, 1],
      ['0-4', 1, 1],
      ['0-5', 0, 2],
      ['0-7', 0, 2],
    ])
    const {decisions, logEnd} = await storedOutcome(dataDir, ['good', 'future', 'broken'])
    expect([...decisions.keys()]).toEqual(['good', 'future'])
    expect(logEnd).toBe(8)
  }, 30_000)

  test('one letter by its id, again if one insists, with a further attempt each time', async () => {
    expect(await replay('0-1')).toEqual({sent: 1, outcomes: {dead_lettered: 1}, skipped: 0})
    expect(await triplineJson(deadLetters('show', '0-1'))).toMatchObject({replays: 2})
    expect(await replay('--reason', 'looks_like_pan')).toEqual({sent: 0, outcomes: {}, skipped: 1})
  })

  test('the ledger of the next start balances, with what was sent again in it', async () => {
    const service = new RunningService(dataDir)
    try {
      const {url} = await service.ready()
      const {total, balanced} = await getLedger(url)
      expect(balanced).toBe(true)
      expect(total.transactions).toEqual({in: 9, accepted: 2, duplicate: 0, late: 0, dead_lettered: 7})
    } finally {
      await service.end('SIGTERM')
    }
  })
})
