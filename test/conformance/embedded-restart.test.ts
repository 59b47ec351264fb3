import {ClassicLevel} from 'classic-level'
import {afterEach, beforeEach, describe, expect, test} from 'vitest'
import {DataDirLockedError, DataFormatError, EmbeddedDatabase} from '../../src/adapters/embedded/database.js'
import {EmbeddedEventLog, OffsetOutOfRangeError} from '../../src/adapters/embedded/event-log.js'
import {IntakeOverloadedError} from '../../src/adapters/embedded/group-write.js'
import {EmbeddedReadModel} from '../../src/adapters/embedded/read-model.js'
import {EmbeddedStateStore} from '../../src/adapters/embedded/state-store.js'
import {formatTime, type WallTime} from '../../src/core/event/time.js'
import {StaleEpochError} from '../../src/engine/port/state-store.js'
import {read, texts} from './event-log.js'
import {alertRecord, at, commitOf, decisionRecord, intakeRecord, NOON, outboxEntry} from './samples.js'
import {type TemporaryFolder, temporaryFolder} from './temporary-folder.js'

const DAY_MS = 24 * 3_600_000
const clock = {now: () => NOON as number as WallTime}

let folder: TemporaryFolder
let database: EmbeddedDatabase

beforeEach(async () => {
  folder = await temporaryFolder()
  database = await EmbeddedDatabase.open(folder.path)
})
afterEach(async () => {
  await database.close()
  await folder.remove()
})

async function reopen(): Promise<void> {
  await database.close()
  database = await EmbeddedDatabase.open(folder.path)
}

function openLog(options: {readonly waitingLimit?: number} = {}): Promise<EmbeddedEventLog> {
  return EmbeddedEventLog.open(database, {clock, tickMs: 10, ...options})
}

describe('data directory', () => {
  test('a second opener is refused and told what to do; once it is closed, the next gets in', async () => {
    const second = EmbeddedDatabase.open(folder.path)
    await expect(second).rejects.toThrow(DataDirLockedError)
    await expect(second).rejects.toThrow(
      `${folder.path} is in use by another tripline process; stop it, or use another data_dir`,
    )
    await reopen()
  })

  test('folders that are missing are made', async () => {
    const nested = await EmbeddedDatabase.open(`${folder.path}/a/b`)
    await nested.close()
  })

  test('data of another format is refused', async () => {
    const other = `${folder.path}/other`
    await (await EmbeddedDatabase.open(other)).close()
    const level = new ClassicLevel(`${other}/db`)
    await level.put('!format', '99')
    await level.close()
    const opening = EmbeddedDatabase.open(other)
    await expect(opening).rejects.toThrow(DataFormatError)
    await expect(opening).rejects.toThrow(/format 99, this version of tripline reads format 2/)
    // And it is not left open.
    await expect(EmbeddedDatabase.open(other)).rejects.toThrow(DataFormatError)
  })

  test('a database that tripline did not write is refused', async () => {
    const level = new ClassicLevel(`${folder.path}/foreign/db`, {createIfMissing: true})
    await level.put('x', 'y')
    await level.close()
    await expect(EmbeddedDatabase.open(`${folder.path}/foreign`)).rejects.toThrow(DataFormatError)
  })
})

describe('event log after a restart', () => {
  test('holds every record, and offsets go on', async () => {
    await (await openLog()).append(0, texts(1_200))
    await reopen()
    const log = await openLog()
    expect(await log.append(0, texts(1))).toEqual([1_200])
    const records = await read(log, 1_201)
    expect(records.map(({offset}) => offset)).toEqual(Array.from({length: 1_201}, (_, i) => i))
    expect(Buffer.from(records[7]?.bytes ?? []).toString()).toBe('{"n":7}')
  })

  test('goes on where it is told to', async () => {
    await (await openLog()).append(0, texts(10))
    await reopen()
    const log = await openLog()
    log.seek(0, 8)
    expect((await read(log, 2)).map(({offset}) => offset)).toEqual([8, 9])
  })
})

describe('event log retention', () => {
  const aged = (days: number) => intakeRecord('{}', {ingestedAt: (NOON - days * DAY_MS) as WallTime})
  const now = NOON as number as WallTime

  test('drops what is committed and older than a week, up to the first that has to stay', async () => {
    const log = await openLog()
    for (const days of [9, 8, 6, 8, 0]) await log.append(0, [aged(days)])
    expect(await log.expire(1, now)).toBe(1)
    expect(await log.expire(5, now)).toBe(1)
    expect(await log.expire(5, now)).toBe(0)
    log.seek(0, 2)
    expect((await read(log, 3)).map(({offset}) => offset)).toEqual([2, 3, 4])
  })

  test('keeps what is not committed, however old', async () => {
    const log = await openLog()
    await log.append(0, [aged(30), aged(30)])
    expect(await log.expire(0, now)).toBe(0)
    expect(await read(log, 2)).toHaveLength(2)
  })

  test('keeps records together that were appended together', async () => {
    const log = await openLog()
    await log.append(0, [aged(30), aged(0)])
    await log.append(0, [aged(30), aged(30)])
    expect(await log.expire(4, now)).toBe(0)
    await log.append(0, [aged(30)])
    log.seek(0, 1)
    expect((await read(log, 4)).map(({offset}) => offset)).toEqual([1, 2, 3, 4])
  })

  test('offsets go on after everything was dropped, also over a restart', async () => {
    await (await openLog()).append(
      0,
      Array.from({length: 2_500}, () => aged(30)),
    )
    expect(await (await openLog()).expire(2_500, now)).toBe(2_500)
    await reopen()
    const log = await openLog()
    log.seek(0, 2_500)
    expect((await log.next())?.records).toEqual([])
    expect(await log.append(0, texts(1))).toEqual([2_500])
    expect(await read(log, 1)).toHaveLength(1)
  })

  test('who wants to read what was dropped gets an error', async () => {
    const log = await openLog()
    await log.append(0, [aged(30)])
    await log.append(0, [aged(0)])
    expect(await log.expire(2, now)).toBe(1)
    log.seek(0, 0)
    await expect(log.next()).rejects.toThrow(OffsetOutOfRangeError)
  })
})

describe('event log under overload', () => {
  test('refuses what is more than may wait, and takes it again later', async () => {
    const log = await openLog({waitingLimit: 100})
    const appends = await Promise.allSettled([
      log.append(0, texts(60)),
      log.append(0, texts(60)),
      log.append(0, texts(40)),
    ])
    expect(appends.map(({status}) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect(appends[1]).toMatchObject({reason: expect.any(IntakeOverloadedError)})
    expect(await log.append(0, texts(60))).toContain(100)
    expect(await read(log, 160)).toHaveLength(160)
  })

  test('an append that cannot be written is refused', async () => {
    const log = await openLog()
    await database.close()
    await expect(log.append(0, texts(1))).rejects.toThrow()
    database = await EmbeddedDatabase.open(folder.path)
    expect(await (await openLog()).append(0, texts(1))).toEqual([0])
  })
})

describe('state store', () => {
  test('two stores on one database fence each other', async () => {
    const first = new EmbeddedStateStore(database)
    const second = new EmbeddedStateStore(database, {syncCommits: true})
    const earlier = await first.open(0)
    const owner = await second.open(0)
    await expect(first.commit(0, commitOf(earlier.epoch, 0, 1))).rejects.toThrow(StaleEpochError)
    await second.commit(0, commitOf(owner.epoch, 0, 1))
    expect((await first.open(0)).checkpoint?.offset).toBe(1)
  })
})

describe('a state store that publishes', () => {
  const features = [{transaction_id: 't1', user_id: 'u1', time: NOON, schema: 's1', packed: 'AAAAAAAA8D8='}]

  test('writes decisions and features with the commit, and leaves the rest in the outbox', async () => {
    const store = new EmbeddedStateStore(database, {publishes: true})
    const {epoch} = await store.open(0)
    const entry = outboxEntry(1, {alerts: [alertRecord('a1')], decisions: [decisionRecord('t1')], features})
    await store.commit(0, commitOf(epoch, 0, 1, {outbox: entry}))
    const model = new EmbeddedReadModel(database)
    expect(await model.decision('t1')).toEqual(decisionRecord('t1'))
    expect(await model.featuresOf('t1')).toEqual(features[0])
    await reopen()
    const {outbox} = await new EmbeddedStateStore(database, {publishes: true}).open(0)
    expect(outbox).toEqual([outboxEntry(1, {alerts: [alertRecord('a1')], decisions: []})])
  })

  test('keeps nothing to be published where there is nothing else, and goes on counting', async () => {
    const store = new EmbeddedStateStore(database, {publishes: true})
    const {epoch} = await store.open(0)
    const silent = outboxEntry(1, {decisions: [decisionRecord('t1')]})
    await store.commit(0, commitOf(epoch, 0, 1, {outbox: silent}))
    const revised = decisionRecord('t1', {revision: 1, decision: 'review'})
    await store.commit(
      0,
      commitOf(epoch, 1, 2, {outbox: outboxEntry(2, {decisions: [revised]}), publishedUpTo: 1}),
    )
    expect(await new EmbeddedReadModel(database).decision('t1')).toEqual(revised)
    expect((await store.open(0)).outbox).toEqual([])
  })

  test('takes over what a version left that published decisions from the outbox', async () => {
    const former = new EmbeddedStateStore(database)
    const {epoch} = await former.open(0)
    await former.commit(
      0,
      commitOf(epoch, 0, 1, {outbox: outboxEntry(1, {decisions: [decisionRecord('t1')]})}),
    )
    await new EmbeddedStateStore(database, {publishes: true}).open(0)
    expect(await new EmbeddedReadModel(database).decision('t1')).toEqual(decisionRecord('t1'))
  })

  test('an id that comes again for another transaction outlives the place of the first', async () => {
    const store = new EmbeddedStateStore(database, {publishes: true})
    const {epoch} = await store.open(0)
    const later = decisionRecord('t1', {event_time: formatTime(at(1_000))})
    await store.commit(
      0,
      commitOf(epoch, 0, 1, {outbox: outboxEntry(1, {decisions: [decisionRecord('t1')]})}),
    )
    await store.commit(0, commitOf(epoch, 1, 2, {outbox: outboxEntry(2, {decisions: [later]})}))
    const model = new EmbeddedReadModel(database)
    await model.expireDecisions(NOON + 1)
    expect(await model.decision('t1')).toEqual(later)
    await model.expireDecisions(NOON + 1_001)
    expect(await model.decision('t1')).toBeUndefined()
  })
})

describe('read model', () => {
  test('holds after a restart what was published', async () => {
    const entry = outboxEntry(1, {alerts: [alertRecord('a1')], decisions: [decisionRecord('t1')]})
    await new EmbeddedReadModel(database).publish(entry)
    await reopen()
    const model = new EmbeddedReadModel(database)
    expect(await model.alert('a1')).toEqual({status: 'open', alert: alertRecord('a1')})
    expect(await model.decision('t1')).toEqual(decisionRecord('t1'))
    expect(await model.newestEventTime()).toBe(NOON)
  })

  test('a rare filter gives short pages with cursors rather than one long search', async () => {
    const model = new EmbeddedReadModel(database)
    const alerts = Array.from({length: 12_000}, (_, i) => alertRecord(`a${String(i).padStart(5, '0')}`))
    const rare = alertRecord('z', {severity: 'critical'})
    await model.publish(outboxEntry(1, {alerts: [...alerts, rare]}))
    let pages = 0
    let cursor: string | undefined
    const found: string[] = []
    do {
      const page = await model.alerts({severity: 'critical'}, 10, cursor)
      found.push(...page.items.map(({alert}) => alert.alert_id))
      cursor = page.cursor
      pages++
    } while (cursor !== undefined)
    expect(found).toEqual(['z'])
    expect(pages).toBe(3)
  })
})
