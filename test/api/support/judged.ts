import {readdir, readFile} from 'node:fs/promises'
import {join} from 'node:path'
import {expect, vi} from 'vitest'
import {parse} from 'yaml'
import {expectedOutcome, type Outcome} from '../../support/oracle/outcome.js'
import type {ReplayLine, RuleFile} from '../../support/oracle/shapes.js'
import {storedOutcome} from '../../support/process/stored-outcome.js'
import type {ApiScene} from './api-scene.js'

/*
 * Traffic for the whole service, and a judge of what it made of it, who knows nothing of the service: it reads the rules and
 * the events that were meant, all at once.
 */

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS

async function rulesOf({folder}: ApiScene): Promise<readonly RuleFile[]> {
  const dir = join(folder, 'cep-rules/rules')
  const texts = await Promise.all((await readdir(dir)).map((name) => readFile(join(dir, name), 'utf8')))
  return texts.map((text) => parse(text) as RuleFile)
}

/** Payments of some users with fixes around them, over the last hours: alerts of every rule, and quiet users. */
export function traffic(now: number, count = 60): readonly ReplayLine[] {
  return Array.from({length: count}, (_, i) => {
    const user_id = `u${i % 7}`
    const event_time = now - 3 * HOUR_MS + i * 2 * MINUTE_MS
    const fix = {user_id, lat: i % 2 === 0 ? -40 : 40, lon: 10, event_time}
    const amount = [20, 150, 1_500, 20_000][i % 4] as number
    return i % 3 === 0
      ? {stream: 'locations', event: fix}
      : {stream: 'transactions', event: {transaction_id: `t${i}`, user_id, amount, event_time}}
  })
}

export async function send(to: ApiScene, lines: readonly ReplayLine[]): Promise<void> {
  for (const {stream, event} of lines) {
    const {status} = await to.ask(`POST /v1/events/${stream}`, {as: 'shop', body: event})
    expect(status).toBe(202)
  }
}

/** What stands in the end, as the service says and as the judge says. */
export async function expectJudged(
  judged: ApiScene,
  meant: readonly ReplayLine[],
  accounts: Partial<Outcome['ledger']> = {},
): Promise<void> {
  const rules = await rulesOf(judged)
  const expected = expectedOutcome({rules, lines: meant, settings: {allowedLateness: 24 * HOUR_MS}})
  const alerts = async () => {
    const {body} = await judged.ask('GET /v1/alerts?limit=200', {as: 'ana'})
    const standing = body.items.filter(({status}: {status: string}) => status !== 'retracted')
    return standing.map(({alert_id}: {alert_id: string}) => alert_id).sort()
  }
  expect(expected.alerts.length).toBeGreaterThan(0)
  await vi.waitFor(
    async () => expect(await alerts()).toEqual(expected.alerts.map(({alert_id}) => alert_id).sort()),
    15_000,
  )
  const {body} = await judged.ask('GET /v1/ledger', {as: 'adam'})
  expect(body.balanced).toBe(true)
  for (const [stream, account] of Object.entries(accounts))
    expect(body.total[stream]).toMatchObject(account ?? {})

  const transactions = expected.decisions.map(({transaction_id}) => transaction_id)
  await judged.stop()
  const {decisions} = await storedOutcome(judged.config.dataDir, transactions)
  await judged.start()
  const hits = (found: Outcome['decisions'][number]['rules']) =>
    found.map(({id, version, alert_id}) => ({rule: id, version, alert_id})).sort(byRule)
  for (const {transaction_id, decision, rules: found} of expected.decisions) {
    const stored = decisions.get(transaction_id) as {decision: string; rules: {rule: string}[]}
    expect({...stored, rules: [...stored.rules].sort(byRule)}, transaction_id).toEqual({
      decision,
      rules: hits(found),
    })
  }
}

const byRule = (a: {rule: string}, b: {rule: string}) => (a.rule < b.rule ? -1 : 1)
