import type {Verdict} from '../../core/case/verdict.js'
import {TRANSACTIONS} from '../../core/event/stream.js'
import type {AlertView} from '../../engine/port/read-model.js'
import type {EmbeddedDatabase} from './database.js'
import {alertKey, under, VERDICTS} from './keyspace.js'

/**
 * All verdicts that are kept, by their ids. One on an alert about a transaction says which that is, where the alert is still known.
 */
export async function* publishedVerdicts({level}: EmbeddedDatabase): AsyncGenerator<Verdict> {
  for await (const text of level.values(under(VERDICTS))) {
    const verdict = JSON.parse(text) as Verdict
    if (verdict.transaction_id !== null || verdict.alert_id === null) yield verdict
    else {
      const view = await level.get(alertKey(verdict.alert_id))
      yield {...verdict, transaction_id: view === undefined ? null : anchoredTransaction(view)}
    }
  }
}

function anchoredTransaction(text: string): string | null {
  const {anchor} = (JSON.parse(text) as AlertView).alert
  return anchor.stream === TRANSACTIONS ? anchor.id : null
}
