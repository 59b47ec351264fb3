import {writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import type {ReplaySummary} from '../../src/app/replay/replay.js'
import {type TemporaryFolder, temporaryFolder} from '../conformance/temporary-folder.js'
import {ensureBuilt} from '../support/process/built-program.js'
import {
  CARD_NUMBER,
  entriesHolding,
  filesHolding,
  holdsCardNumber,
} from '../support/process/card-number-search.js'
import {RunningService} from '../support/process/running-service.js'
import {tripline, triplineJson} from '../support/process/tripline.js'

/** Goes the same ways as the card number, so that a search that finds nothing is known to work. */
const TOKEN = 'tok_9f3ac2'

const NOW = Date.now()
const DASHED = CARD_NUMBER.replace(/(\d{4})(?=\d)/g, '$1-')
const SPACED = CARD_NUMBER.replace(/(\d{4})(?=\d)/g, '$1 ')
const ESCAPED = `\\u0034${CARD_NUMBER.slice(1)}`

let folder: TemporaryFolder
let nextId = 0

beforeAll(async () => {
  await ensureBuilt()
  folder = await temporaryFolder()
}, 90_000)
afterAll(() => folder.remove())

/** A transaction's text with further fields, as JSON text, before its end. */
function transaction(fields: string, eventTime = NOW): string {
  const id = `t${++nextId}`
  return `{"transaction_id":"${id}","user_id":"u1","amount":1,"event_time":${eventTime}${fields}}`
}

/** Events that hold the card number as some value; good JSON. */
function wholeEvents(): readonly string[] {
  return [
    transaction(`,"card_id":"${CARD_NUMBER}"`),
    transaction(`,"memo":"paid with ${DASHED}, thanks"`),
    transaction(`,"memo":"${SPACED}"`),
    transaction(`,"memo":"${ESCAPED}"`),
    transaction(`,"memo":"line\\n${CARD_NUMBER}"`),
    transaction(`,"number":${CARD_NUMBER}`),
    transaction(`,"number":-${CARD_NUMBER}.25`),
    transaction(',"number":4.111111111111111e15'),
    transaction(`,"deep":[{"deeper":[1,{"deepest":"${CARD_NUMBER}"}]}]`),
    transaction(`,"${CARD_NUMBER}":true`),
    transaction(`,"deep":{"${DASHED}":1}`),
    transaction(`,"card_id":"${CARD_NUMBER}","card_id":"${TOKEN}"`),
    transaction(`,"card_id":"${TOKEN}","deep":{"a":"${CARD_NUMBER}","a":"b"}`),
    transaction(`,"card_id":"${CARD_NUMBER}"`, 0),
    transaction(`,"card_id":"${CARD_NUMBER}"`, NOW + 86_400_000),
    transaction(`,"memo":"${'x '.repeat(150 * 1024)}${CARD_NUMBER}"`),
    `{"transaction_id":"${CARD_NUMBER}","user_id":"u1","amount":1,"event_time":${NOW}}`,
    `{"transaction_id":"t","user_id":${CARD_NUMBER},"amount":"${DASHED}","event_time":"${CARD_NUMBER}"}`,
    `["${CARD_NUMBER}"]`,
    `"${CARD_NUMBER}"`,
    CARD_NUMBER,
  ]
}

/** Lines that are no JSON and hold it. */
function brokenEvents(): readonly string[] {
  return [
    transaction(`,"card_id":"${CARD_NUMBER}"`).slice(0, -2),
    transaction(`,"memo":"${ESCAPED}`),
    `card_id=${CARD_NUMBER}`,
    `{"card_id":"${SPACED}"`,
    `{"number":${CARD_NUMBER},}`,
  ]
}

async function send(url: string, type: string, body: string): Promise<{status: number; text: string}> {
  const answer = await fetch(url, {method: 'POST', headers: {'content-type': type}, body})
  return {status: answer.status, text: await answer.text()}
}

describe('a card number appears nowhere', () => {
  test('by HTTP: one by one, in arrays, as NDJSON, in broken bodies, in paths and in queries', async () => {
    const dataDir = join(folder.path, 'data')
    const service = new RunningService(dataDir)
    const answers: string[] = []
    try {
      const {url} = await service.ready()
      const events = `${url}/v1/events/transactions`
      const take = async (type: string, body: string, status: number) => {
        const answer = await send(events, type, body)
        answers.push(answer.text)
        expect(answer.status, answer.text).toBe(status)
        return answer.text
      }
      await take('application/json', transaction(`,"card_id":"${TOKEN}"`), 202)
      for (const event of wholeEvents().slice(0, 18)) {
        expect(await take('application/json', event, 202)).toContain('"dead_lettered"')
      }
      const array = await take('application/json', `[${wholeEvents().join(',\n')}]`, 202)
      expect(JSON.parse(array).results).toHaveLength(wholeEvents().length)
      await take('application/x-ndjson', [...wholeEvents(), ...brokenEvents()].join('\n'), 202)
      for (const event of brokenEvents()) await take('application/json', event, 400)
      const elsewhere = await Promise.all([
        send(`${url}/v1/events/${CARD_NUMBER}`, 'application/json', '{}'),
        send(
          `${url}/v1/events/merchants?card=${CARD_NUMBER}`,
          'application/json',
          `{"name":"${CARD_NUMBER}"}`,
        ),
        fetch(`${url}/v1/alerts/${CARD_NUMBER}`).then(async (answer) => ({text: await answer.text()})),
        fetch(`${url}/v1/alerts?user=${CARD_NUMBER}`).then(async (answer) => ({text: await answer.text()})),
        fetch(`${url}/v1/alerts?cursor=${CARD_NUMBER}`).then(async (answer) => ({text: await answer.text()})),
        fetch(`${url}/v1/alerts?${CARD_NUMBER}=1`).then(async (answer) => ({text: await answer.text()})),
        fetch(`${url}/v1/ledger`).then(async (answer) => ({text: await answer.text()})),
      ])
      answers.push(...elsewhere.map(({text}) => text))
    } finally {
      await service.end('SIGTERM')
    }
    expect(answers.filter(holdsCardNumber)).toEqual([])
    expect(holdsCardNumber(service.output)).toBe(false)
    // Before anything opens it again, which may compress what is there.
    expect(await filesHolding(dataDir, (text) => text.includes(TOKEN))).not.toEqual([])
    expect(await filesHolding(dataDir, holdsCardNumber)).toEqual([])
    expect(await entriesHolding(dataDir, (text) => text.includes(TOKEN))).not.toEqual([])
    expect(await entriesHolding(dataDir, holdsCardNumber)).toEqual([])

    const list = await tripline(['dead-letters', 'list', '--data-dir', dataDir, '--json'])
    expect(list.stdout).toContain('looks_like_pan')
    expect(holdsCardNumber(list.stdout + list.stderr)).toBe(false)
  }, 60_000)

  test('by replay: in any field of the event or the line, in broken lines, and in lines that are late', async () => {
    const input = join(folder.path, 'events.ndjson')
    const out = join(folder.path, 'out')
    const line = (event: string, more = '') => `{"stream":"transactions","event":${event}${more}}`
    const lines = [
      line(transaction(`,"card_id":"${TOKEN}"`)),
      `{"stream":"locations","event":{"user_id":"u1","lat":1,"lon":1,"event_time":${NOW}}}`,
      line(transaction(`,"memo":"${TOKEN}"`, 0)),
      ...[...wholeEvents(), ...brokenEvents()].map((event) => line(event)),
      ...brokenEvents(),
      line(transaction(`,"card_id":"${CARD_NUMBER}","card_id":"a"`, 0)),
      line(transaction('', 0), `,"note":"${CARD_NUMBER}","note":"b"`),
      line(transaction(''), `,"note":"${CARD_NUMBER}"`),
      line(transaction(''), `,"arrival_time":"${CARD_NUMBER}"`),
      line(transaction(''), `,"partition":${CARD_NUMBER}`),
      `{"stream":"${CARD_NUMBER}","event":${transaction('')}}`,
      `{"stream":"nowhere","event":${transaction(`,"card_id":"${CARD_NUMBER}"`)}}`,
      `{"stream":"nowhere","event":${transaction(',"number":4.111111111111111e15')}}`,
    ]
    await writeFile(input, `${lines.join('\n')}\n`)
    const summary = await triplineJson<ReplaySummary>(['replay', '--input', input, '--out', out])
    const {transactions, locations, unknown} = summary.ledger
    expect(transactions?.in).toBeGreaterThan(20)
    expect(locations?.accepted).toBe(1)
    expect(unknown?.dead_lettered).toBeGreaterThan(3)
    expect(await filesHolding(out, (text) => text.includes(TOKEN))).toEqual([join(out, 'late.ndjson')])
    expect(await filesHolding(out, holdsCardNumber)).toEqual([])
    expect(holdsCardNumber(JSON.stringify(summary))).toBe(false)
  })
})

test('the search finds the number in every form in which it could be kept', () => {
  const kept = [CARD_NUMBER, DASHED, SPACED, '4.111111111111111e+15']
  for (const text of kept) expect(holdsCardNumber(`before ${text} after`)).toBe(true)
  for (const padding of ['', 'x', 'xx', 'xxx']) {
    const encoded = Buffer.from(`${padding}${CARD_NUMBER}"}`).toString('base64')
    expect(holdsCardNumber(encoded)).toBe(true)
  }
  expect(holdsCardNumber('4111 2222 3333')).toBe(false)
})
