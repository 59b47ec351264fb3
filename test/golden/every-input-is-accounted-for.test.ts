import {describe, expect, it} from 'vitest'
import {bundleOf, collectedRun} from '../support/engine/collected-run.js'
import {at, fix, run, transaction} from './golden-run.js'

const HEADER = `schema: tripline/rule/v1
version: 1
title: An input is accounted for
key: user_id
severity: medium
action: review
score: 50
`

const LARGE = `${HEADER}id: large
match:
  event: {as: tx, stream: transactions}
  when: tx.amount > 100.0
`

describe('every input', () => {
  it('is accounted for, with one stable code for each that is refused', async () => {
    const arriving = (line: object) => ({...line, arrival_time: at('1h')})
    const lines: unknown[] = [
      arriving(transaction('t1', '59m')),
      '{"stream":"transactions","event":{',
      `{"stream":"transactions","event":{"note":"${'x'.repeat(262_144)}"}}`,
      {stream: 'payments', event: {}},
      arriving(transaction('t2', '59m', {note: '4111 1111 1111 1111'})),
      arriving(transaction('t3', '59m', {amount: -1})),
      arriving(transaction('t4', '25h')),
      arriving(transaction('t1', '59m', {amount: 2})),
      arriving({
        stream: 'feedback',
        event: {feedback_id: 'f1', verdict: 'fraud', alert_id: 'a1', event_time: at(0)},
      }),
      arriving(fix('l1', '59m')),
      arriving(transaction('t5', '48m')),
      arriving(transaction('t1', '59m')),
    ]
    const {collected, ledger} = await collectedRun(bundleOf([LARGE]), lines)
    expect(collected.deadLetters.map(({reason, origin}) => [origin.offset, reason])).toEqual([
      [1, 'bad_json'],
      [2, 'too_large'],
      [3, 'unknown_stream'],
      [4, 'looks_like_pan'],
      [5, 'bad_schema'],
      [6, 'future_event_time'],
      [7, 'id_conflict'],
      [8, 'unroutable'],
    ])
    expect(collected.lateOffsets).toEqual([10])
    expect(ledger).toEqual({
      transactions: {in: 7, accepted: 1, duplicate: 1, late: 1, dead_lettered: 4},
      locations: {in: 1, accepted: 1, duplicate: 0, late: 0, dead_lettered: 0},
      merchants: {in: 0, accepted: 0, duplicate: 0, late: 0, dead_lettered: 0},
      feedback: {in: 1, accepted: 0, duplicate: 0, late: 0, dead_lettered: 1},
      unknown: {in: 3, accepted: 0, duplicate: 0, late: 0, dead_lettered: 3},
    })
    for (const {raw, detail} of collected.deadLetters) {
      expect(`${Buffer.from(raw ?? '', 'base64')}${detail}`).not.toContain('4111')
    }
  })

  it('is a duplicate before it is late', async () => {
    const old = transaction('t1', 0)
    const {ledger} = await run(LARGE, [
      old,
      fix('l1', '1h'),
      transaction('t2', '1h'),
      old,
      transaction('t0', 0),
    ])
    expect(ledger.transactions).toMatchObject({accepted: 2, duplicate: 1, late: 1})
  })

  it('is late exactly the allowed lateness behind the watermark, and changes the truth 1 ms later', async () => {
    const border = 3_600_000 - 5_001 - 600_000
    const {ledger} = await run(LARGE, [
      fix('l1', '1h'),
      transaction('t1', '1h'),
      transaction('late', border),
      transaction('on-time', border + 1),
    ])
    expect(ledger.transactions).toMatchObject({accepted: 2, late: 1})
  })
})
