import {readdir, readFile, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {gzipSync} from 'node:zlib'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import type {ReplaySummary} from '../../src/app/replay/replay.js'
import {
  type AlertRecord,
  alertRecordSchema,
  type DecisionRecord,
  decisionRecordSchema,
} from '../../src/core/decision/records.js'
import type {DeadLetter} from '../../src/core/event/dead-letter.js'
import {compareIds} from '../../src/core/event/order.js'
import {scenarioTraffic} from '../../src/simulation/scenario/scenario-traffic.js'
import {lineText} from '../../src/simulation/scenario/traffic-line.js'
import {type TemporaryFolder, temporaryFolder} from '../conformance/temporary-folder.js'
import {ensureBuilt} from '../support/process/built-program.js'
import {sameInEveryRun} from '../support/process/standing-alerts.js'
import {linesOf, recordsOf} from '../support/process/text-files.js'
import {tripline, triplineJson} from '../support/process/tripline.js'

const OUTPUT_FILES = [
  'alerts.final.ndjson',
  'alerts.ndjson',
  'dead-letters.ndjson',
  'decisions.final.ndjson',
  'late.ndjson',
  'summary.json',
]
/** What a replay says is the same however its input comes in, but for speed and memory. */
const SAME_FILES = OUTPUT_FILES.filter((name) => name !== 'summary.json')

let folder: TemporaryFolder
/** Traffic with everything that can be wrong with it, and blank lines, which count as lines. */
let lines: readonly string[]

const path = (name: string) => join(folder.path, name)
const replayed = (inputs: readonly string[], out: string, input?: Buffer) =>
  triplineJson<ReplaySummary>(
    ['replay', '--input', ...inputs, '--out', path(out)],
    input === undefined ? {} : {input},
  )

beforeAll(async () => {
  await ensureBuilt()
  folder = await temporaryFolder()
  const disorder = {late: 0.01, broken: 0.02, duplicates: 0.02, outOfOrder: 0.1}
  const traffic = [...scenarioTraffic({users: 60, days: 1, seed: 5, frauds: 2, ...disorder})].map(lineText)
  const unknown = '{"stream":"rumours","event":{}}'
  const tooLarge = `{"stream":"transactions","event":{"memo":"${'x'.repeat(300 * 1024)}"}}`
  traffic.push(
    unknown,
    tooLarge,
    tooLarge.slice(0, -1),
    '{"stream":"transactions"',
    '{"stream":["transactions"]}',
  )
  lines = traffic.flatMap((line, i) => (i % 100 === 7 ? ['', line] : i % 100 === 8 ? [line, '  \t'] : [line]))
  await writeFile(path('events.ndjson'), `${lines.join('\n')}\n`)
}, 90_000)
afterAll(() => folder.remove())

describe('the output folder', () => {
  let summary: ReplaySummary

  beforeAll(async () => {
    summary = await replayed([path('events.ndjson')], 'whole')
  })

  const out = (name: string) => path(`whole/${name}`)
  const total = (fate: 'in' | 'late' | 'dead_lettered') =>
    Object.values(summary.ledger).reduce((sum, account) => sum + account[fate], 0)

  test('holds the promised files and nothing else', async () => {
    expect((await readdir(path('whole'))).sort()).toEqual(OUTPUT_FILES)
  })

  test('summary.json says what --json prints, in the promised shape', async () => {
    expect(JSON.parse(await readFile(out('summary.json'), 'utf8'))).toEqual(summary)
    expect(Object.keys(summary)).toEqual(SUMMARY_FIELDS)
    for (const account of Object.values(summary.ledger)) {
      expect(Object.keys(account)).toEqual(['in', 'accepted', 'duplicate', 'late', 'dead_lettered'])
      expect(account.in).toBe(account.accepted + account.duplicate + account.late + account.dead_lettered)
    }
    expect(Object.keys(summary.decisions)).toEqual(['approve', 'review', 'decline'])
    expect(Object.keys(summary.alerts)).toEqual(['opened', 'amended', 'retracted', 'final'])
    for (const rule of Object.values(summary.rules)) {
      expect(Object.keys(rule)).toEqual(['alerts', 'suppressed', 'missing_input'])
    }
    expect(summary.watermark).toMatch(RFC_3339_MS)
    expect(summary.events_per_second).toBeGreaterThan(0)
    expect(summary.peak_rss_bytes).toBeGreaterThan(10_000_000)
  })

  test('every line but blank ones is in the ledger; lines of no known stream under unknown', () => {
    expect(total('in')).toBe(lines.filter((line) => line.trim() !== '').length)
    expect(summary.ledger.unknown?.dead_lettered).toBeGreaterThan(0)
  })

  test('alerts.ndjson holds every record in the schema, alerts.final.ndjson what stands of them, settled and sorted', async () => {
    const records = await recordsOf<AlertRecord>(out('alerts.ndjson'))
    for (const record of records) alertRecordSchema.parse(record)
    const count = (type: AlertRecord['type']) => records.filter((record) => record.type === type).length
    const {opened, amended, retracted, final} = summary.alerts
    expect([opened, amended, retracted]).toEqual(
      (['alert.opened', 'alert.amended', 'alert.retracted'] as const).map(count),
    )
    expect(opened).toBeGreaterThan(10)

    const newest = new Map(records.map((record) => [record.alert_id, record]))
    const stands = [...newest.values()].filter(({type}) => type !== 'alert.retracted')
    const expected = stands.map((record) => ({...record, settled: true}))
    const finals = await recordsOf<AlertRecord>(out('alerts.final.ndjson'))
    expect(finals).toEqual(sorted(expected, ({alert_id}) => alert_id))
    expect(finals).toHaveLength(final)
  })

  test('decisions.final.ndjson holds one decision per accepted transaction in the schema, sorted', async () => {
    const decisions = await recordsOf<DecisionRecord>(out('decisions.final.ndjson'))
    for (const decision of decisions) decisionRecordSchema.parse(decision)
    expect(decisions).toEqual(sorted(decisions, ({transaction_id}) => transaction_id))
    expect(new Set(decisions.map(({transaction_id}) => transaction_id)).size).toBe(decisions.length)
    expect(decisions).toHaveLength(summary.ledger.transactions?.accepted ?? 0)
    for (const kind of ['approve', 'review', 'decline'] as const) {
      expect(decisions.filter(({decision}) => decision === kind)).toHaveLength(summary.decisions[kind])
    }
    expect(decisions.every(({score, degraded}) => score === null && degraded.includes('model'))).toBe(true)
  })

  test('late.ndjson holds the lines as they were', async () => {
    const late = await linesOf(out('late.ndjson'))
    const known = new Set(lines)
    expect(late).toHaveLength(total('late'))
    expect(late.length).toBeGreaterThan(5)
    expect(late.filter((line) => !known.has(line))).toEqual([])
  })

  test('a dead letter names the line by its number from 0 and holds its bytes', async () => {
    const letters = await recordsOf<DeadLetter>(out('dead-letters.ndjson'))
    expect(letters).toHaveLength(total('dead_lettered'))
    for (const {reason, origin, stage, attempt, raw, detail, ...rest} of letters) {
      expect(rest).toEqual({})
      expect(detail).not.toBe('')
      expect([stage, attempt, origin.partition]).toEqual([
        reason === 'future_event_time' ? 'admit' : 'decode',
        1,
        0,
      ])
      const line = lines[origin.offset] as string
      const kept = raw === null ? undefined : Buffer.from(raw, 'base64').toString('utf8')
      if (reason === 'looks_like_pan') expect(kept).toBeUndefined()
      else expect({offset: origin.offset, same: kept === line}).toEqual({offset: origin.offset, same: true})
    }
    const reasons = new Set(letters.map(({reason}) => reason))
    expect([...reasons].sort()).toEqual([
      'bad_json',
      'bad_schema',
      'future_event_time',
      'looks_like_pan',
      'too_large',
      'unknown_stream',
    ])
  })
})

describe('input', () => {
  test('stdin, .gz, several files and windows line ends give the same output', async () => {
    const text = `${lines.join('\n')}\n`
    const half = Math.floor(lines.length / 2)
    await Promise.all([
      writeFile(path('events.ndjson.gz'), gzipSync(text)),
      writeFile(path('first.ndjson'), `${lines.slice(0, half).join('\n')}\n`),
      // The last line of a file needs no end.
      writeFile(path('second.ndjson'), lines.slice(half).join('\n')),
      writeFile(path('windows.ndjson'), `${lines.join('\r\n')}\r\n`),
    ])
    await Promise.all([
      replayed([path('events.ndjson')], 'a-file'),
      replayed(['-'], 'stdin', Buffer.from(text)),
      replayed([path('events.ndjson.gz')], 'gz'),
      replayed([path('first.ndjson'), path('second.ndjson')], 'several'),
      replayed([path('windows.ndjson')], 'windows'),
    ])
    for (const name of SAME_FILES) {
      const expected = await readFile(path(`a-file/${name}`))
      for (const way of ['stdin', 'gz', 'several', 'windows']) {
        const given = await readFile(path(`${way}/${name}`))
        // Not the bytes themselves: a difference would fill the screen.
        expect({file: `${way}/${name}`, same: given.equals(expected)}).toEqual({
          file: `${way}/${name}`,
          same: true,
        })
      }
    }
  })

  test('users spread over four partitions have the same final alerts and decisions as in one', async () => {
    const traffic = {users: 80, days: 1, seed: 9, frauds: 2, late: 0, broken: 0, outOfOrder: 0.1}
    const spread: string[] = []
    const together: string[] = []
    for (const line of scenarioTraffic(traffic)) {
      const envelope = JSON.parse(lineText(line))
      together.push(JSON.stringify(envelope))
      const user: string | undefined = envelope.event.user_id
      // Merchants are a table that every partition has.
      const partitions = user === undefined ? [0, 1, 2, 3] : [partitionOf(user)]
      for (const partition of partitions) spread.push(JSON.stringify({...envelope, partition}))
    }
    await writeFile(path('spread.ndjson'), `${spread.join('\n')}\n`)
    await writeFile(path('together.ndjson'), `${together.join('\n')}\n`)
    const [four, one] = await Promise.all([
      replayed([path('spread.ndjson')], 'spread'),
      replayed([path('together.ndjson')], 'together'),
    ])
    expect(four.ledger.transactions).toEqual(one.ledger.transactions)
    const alerts = async (out: string) =>
      (await recordsOf<AlertRecord>(path(`${out}/alerts.final.ndjson`))).map(sameInEveryRun)
    expect(await alerts('spread')).toEqual(await alerts('together'))
    expect((await alerts('together')).length).toBeGreaterThan(10)
    const decisions = async (out: string) =>
      (await recordsOf<DecisionRecord>(path(`${out}/decisions.final.ndjson`))).map(
        ({transaction_id, decision, rules}) => ({transaction_id, decision, rules}),
      )
    expect(await decisions('spread')).toEqual(await decisions('together'))
  })

  test('late lines keep even the bytes that are no UTF-8', async () => {
    const at = (minute: number, id: string) =>
      `{"stream":"transactions","event":{"transaction_id":"${id}","user_id":"u1","amount":1,"event_time":${minute * 60_000}`
    const fix = '{"stream":"locations","event":{"user_id":"u1","lat":1,"lon":1,"event_time":6000000}}'
    const late = Buffer.concat([
      Buffer.from(`${at(1, 't2')},"memo":"`),
      Buffer.from([0xff, 0xc3]),
      Buffer.from('"}}'),
    ])
    const newline = Buffer.from('\n')
    const input = [Buffer.from(fix), Buffer.from(`${at(100, 't1')}}}`), late].flatMap((line) => [
      line,
      newline,
    ])
    const summary = await replayed(['-'], 'no-utf8', Buffer.concat(input))
    expect(summary.ledger.transactions).toMatchObject({accepted: 1, late: 1})
    const written = await readFile(path('no-utf8/late.ndjson'))
    expect(written.toString('hex')).toBe(Buffer.concat([late, newline]).toString('hex'))
  })

  test('an empty input is no failure: empty files, a ledger of zeros, no watermark', async () => {
    const summary = await replayed(['-'], 'empty', Buffer.from('\n  \n'))
    expect(summary.watermark).toBeNull()
    expect(summary.alerts).toEqual({opened: 0, amended: 0, retracted: 0, final: 0})
    for (const name of SAME_FILES) expect(await linesOf(path(`empty/${name}`))).toEqual([])
  })

  test('without --json the summary is told in words; dead letters do not change the exit code', async () => {
    const {code, stdout, stderr} = await tripline(['replay', '--input', '-', '--out', path('words')], {
      input: '{"stream":"transactions","event":{}}\n',
    })
    expect({code, stderr}).toEqual({code: 0, stderr: ''})
    expect(stdout).toContain('transactions: 1 in = 0 accepted + 0 duplicate + 0 late + 1 dead-lettered')
  })
})

const RFC_3339_MS = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/

const SUMMARY_FIELDS = [
  'ledger',
  'decisions',
  'alerts',
  'rules',
  'events_per_second',
  'peak_rss_bytes',
  'watermark',
]

function sorted<T extends {readonly event_time: string}>(
  records: readonly T[],
  idOf: (record: T) => string,
): T[] {
  return [...records].sort(
    (a, b) => Date.parse(a.event_time) - Date.parse(b.event_time) || compareIds(idOf(a), idOf(b)),
  )
}

function partitionOf(user: string): number {
  return [...user].reduce((sum, letter) => sum + letter.charCodeAt(0), 0) % 4
}
