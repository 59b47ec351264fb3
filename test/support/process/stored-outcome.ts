import {EmbeddedDatabase} from '../../../src/adapters/embedded/database.js'
import {EmbeddedEventLog} from '../../../src/adapters/embedded/event-log.js'
import {EmbeddedReadModel} from '../../../src/adapters/embedded/read-model.js'
import {EmbeddedStateStore} from '../../../src/adapters/embedded/state-store.js'
import type {WallTime} from '../../../src/core/event/time.js'
import type {AlertView, Page} from '../../../src/engine/port/read-model.js'

const PAGE = 200

/** What a data directory says after its process has ended. */
export interface StoredOutcome {
  /** Inputs that were ever put on the log. */
  readonly logEnd: number
  /** Inputs that were processed. */
  readonly offset: number
  readonly alerts: readonly AlertView[]
  readonly deadLetters: number
  readonly late: number
  /** By transaction: the decision and the rules that fired. */
  readonly decisions: ReadonlyMap<string, unknown>
}

/** Opens a data directory that no process holds, and reads it. `transactionIds`: whose decisions to look up. */
export async function storedOutcome(
  dataDir: string,
  transactionIds: readonly string[],
): Promise<StoredOutcome> {
  const database = await EmbeddedDatabase.open(dataDir)
  try {
    const readModel = new EmbeddedReadModel(database)
    const log = await EmbeddedEventLog.open(database, {clock: {now: () => 0 as WallTime}})
    const {checkpoint} = await new EmbeddedStateStore(database).open(0)
    const decisions = new Map<string, unknown>()
    for (const id of transactionIds) {
      const found = await readModel.decision(id)
      if (found === undefined) continue
      const rules = found.rules.map(({id: rule, version, alert_id}) => ({rule, version, alert_id}))
      decisions.set(id, {decision: found.decision, rules})
    }
    return {
      logEnd: log.end,
      offset: checkpoint?.offset ?? 0,
      alerts: await all((cursor) => readModel.alerts({}, PAGE, cursor)),
      deadLetters: (await all((cursor) => readModel.deadLetters(undefined, PAGE, cursor))).length,
      late: await readModel.lateCount(),
      decisions,
    }
  } finally {
    await database.close()
  }
}

/** The alerts of a data directory that no process holds. */
export async function storedAlerts(dataDir: string): Promise<readonly AlertView[]> {
  return (await storedOutcome(dataDir, [])).alerts
}

async function all<T>(read: (cursor: string | undefined) => Promise<Page<T>>): Promise<T[]> {
  const items: T[] = []
  let cursor: string | undefined
  do {
    const page: Page<T> = await read(cursor)
    items.push(...page.items)
    cursor = page.cursor
  } while (cursor !== undefined)
  return items
}
