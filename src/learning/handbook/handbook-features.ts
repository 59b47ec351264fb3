import {FEEDBACK, streamsWith, TRANSACTIONS} from '../../core/event/stream.js'
import type {EventTime} from '../../core/event/time.js'
import {compileFeatureFiles} from '../../core/feature/compile-feature-files.js'
import {FeatureComputer} from '../../core/feature/feature-computer.js'
import type {SourceFile} from '../../core/source/source-fault.js'
import {formatFault} from '../../core/source/source-fault.js'
import type {HandbookDataSet} from '../../simulation/handbook/data-set.js'
import {FEEDBACK_DELAY_S, HANDBOOK_START_MS} from '../../simulation/handbook/event-lines.js'
import {terminalName, transactionName, userName} from '../../simulation/handbook/names.js'
import type {HandbookTable} from './handbook-table.js'
import {HANDBOOK_VIEWS} from './handbook-views.js'

const PROGRESS_EVERY = 20_000

/**
 * The features of the transactions from one to another (excluded), by the function that computes them in the stream:
 * it is fed with the transactions before them, too, and with each fraud when it becomes known.
 */
export function handbookFeatures(
  data: HandbookDataSet,
  firstId: number,
  endId: number,
  onProgress: (done: number) => void = () => undefined,
): HandbookTable {
  const streams = streamsWith([])
  const computer = FeatureComputer.of(compiledViews(HANDBOOK_VIEWS), streams)
  const {names} = computer.schema
  const rows = new Float32Array((endId - firstId) * names.length)
  let unclaimed = 0
  for (let id = 0; id < endId; id++) {
    const time_s = data.time_s[id] as number
    for (; (data.time_s[unclaimed] as number) + FEEDBACK_DELAY_S <= time_s; unclaimed++)
      if (data.scenario[unclaimed] !== 0)
        computer.add(FEEDBACK, feedbackOn(data, unclaimed), timeOf(data, unclaimed, FEEDBACK_DELAY_S))
    const row = computer.add(TRANSACTIONS, transactionOf(data, id), timeOf(data, id))
    if (id >= firstId && row !== undefined) rows.set(row, (id - firstId) * names.length)
    if (id % PROGRESS_EVERY === 0) onProgress(id)
  }
  return {names, firstId, rows}
}

function compiledViews(files: readonly SourceFile[]) {
  const {set, faults} = compileFeatureFiles(files, streamsWith([]))
  if (set === undefined) throw new Error(faults.map(formatFault).join('\n'))
  return set
}

function transactionOf({customer, terminal, amount}: HandbookDataSet, id: number) {
  const user = userName(customer[id] as number)
  return {
    transaction_id: transactionName(id),
    user_id: user,
    card_id: user,
    merchant_id: terminalName(terminal[id] as number),
    amount: amount[id],
  }
}

function feedbackOn({customer}: HandbookDataSet, id: number) {
  return {
    feedback_id: `chargeback-${transactionName(id)}`,
    user_id: userName(customer[id] as number),
    transaction_id: transactionName(id),
    verdict: 'fraud',
    source: 'chargeback',
  }
}

function timeOf({time_s}: HandbookDataSet, id: number, later_s = 0): EventTime {
  return (HANDBOOK_START_MS + 1000 * ((time_s[id] as number) + later_s)) as EventTime
}
