import type {EmbeddedDatabase} from '../../../src/adapters/embedded/database.js'
import {EmbeddedReadModel} from '../../../src/adapters/embedded/read-model.js'
import {Line} from '../../../src/adapters/files/line-reader.js'
import {runReplay} from '../../../src/app/replay/run-replay.js'
import {SeededRandom} from '../../../src/simulation/seeded-random.js'
import {bundleOf} from '../engine/collected-run.js'

const MINUTE = 60_000
const START = Date.UTC(2026, 0, 1)

/** The one feature of these payments: their amount. */
export const PAYMENT_VIEW = {
  schema: 'tripline/feature-view/v1',
  name: 'payment',
  kind: 'row',
  entity: 'user_id',
  rows: [{name: 'amount', expr: 'tx.amount'}],
}

/** Payments of a user, a minute apart, of 1 to 1000, that the engine serves. */
export class ServedData {
  readonly bundle = bundleOf([PAYMENT_VIEW])
  private served = 0
  private readonly random = new SeededRandom(3, 'payments')

  /** Serves so many, and says of them which were fraud. */
  async add(database: EmbeddedDatabase, count: number, isFraud: (amount: number) => boolean): Promise<void> {
    const lines: object[] = []
    for (let at = 0; at < count; at++) {
      const [id, amount] = [`t${this.served++}`, this.random.integer(1, 1000)]
      const event_time = START + this.served * MINUTE
      lines.push({stream: 'transactions', event: {transaction_id: id, user_id: 'u1', amount, event_time}})
      if (!isFraud(amount)) continue
      const verdict = {feedback_id: `f${id}`, user_id: 'u1', transaction_id: id, verdict: 'fraud'}
      lines.push({stream: 'feedback', event: {...verdict, event_time: event_time + MINUTE}})
    }
    const blocks = (async function* () {
      yield lines.map((line) => Line.of(JSON.stringify(line)))
    })()
    const publisher = new EmbeddedReadModel(database)
    await runReplay({lines: blocks, bundle: this.bundle, publisher, logsFeatures: true})
  }
}
