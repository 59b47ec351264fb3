import type {LedgerReport} from '../../../src/adapters/http/status-service.js'
import type {AlertRecord} from '../../../src/core/decision/records.js'
import type {Ledger} from '../../../src/core/ledger/ledger.js'
import type {AlertStatus} from '../../../src/engine/port/read-model.js'

/** Smaller than the number of alerts of any test, so that paging is part of the test. */
const PAGE = 20

/** An alert as GET /v1/alerts gives it. */
export type AnsweredAlert = AlertRecord & {readonly status: AlertStatus}

export async function getLedger(url: string): Promise<LedgerReport> {
  return getJson(`${url}/v1/ledger`)
}

/** All alerts, page by page. */
export async function getAlerts(url: string): Promise<readonly AnsweredAlert[]> {
  const alerts: AnsweredAlert[] = []
  let cursor: string | null = null
  do {
    const query: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`
    const page: {items: AnsweredAlert[]; next_cursor: string | null} = await getJson(
      `${url}/v1/alerts?limit=${PAGE}${query}`,
    )
    alerts.push(...page.items)
    cursor = page.next_cursor
  } while (cursor !== null)
  return alerts
}

/** How many inputs were booked, over all streams. */
export function inputsOf(ledger: Ledger): number {
  return Object.values(ledger).reduce((sum, account) => sum + account.in, 0)
}

async function getJson<T>(url: string): Promise<T> {
  const answer = await fetch(url)
  if (answer.status !== 200) throw new Error(`${url}: ${answer.status} ${await answer.text()}`)
  return (await answer.json()) as T
}
