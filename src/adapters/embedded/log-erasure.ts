import {type DecodedEvent, isRefusal, type Refusal} from '../../core/event/decode.js'
import type {ErasedInput} from '../../core/forgetting/erased-input.js'
import {eventName, ForgottenUser} from '../../core/forgetting/forgotten-user.js'
import {isInputOf} from '../../core/forgetting/input-of.js'
import {isControl} from '../../engine/port/control-record.js'
import type {InputRecord} from '../../engine/port/event-source.js'
import {erasedChange, forgottenCases} from './case-changes-erasure.js'
import type {EmbeddedDatabase} from './database.js'
import type {EmbeddedEventLog} from './event-log.js'
import {DEAD_LETTERS, ERASURES, LATE_INPUTS, originPlace, under} from './keyspace.js'
import type {PendingErasure} from './user-erasure.js'

/** What a record of the log is: an event, or why it is none. */
export type DecodeRecord = (record: InputRecord) => DecodedEvent | Refusal

/** Of which the duplicates are known. */
type Searched = PendingErasure & {readonly duplicates: readonly number[]}

const utf8 = new TextDecoder()

/**
 * Erases from the log what came of users before they were forgotten: of each input stays what became of it. Runs beside the
 * pipeline, which has read past it. What a crash interrupts is done from the beginning: what is erased already is passed over.
 */
export class LogErasure {
  private stopped = false

  constructor(
    private readonly database: EmbeddedDatabase,
    private readonly log: EmbeddedEventLog,
    private readonly partition: number,
    private readonly decoder: () => DecodeRecord,
  ) {}

  /** Does all that is left to do; then the files on disk hold nothing of it, but for what the next start clears away. */
  async run(): Promise<void> {
    const {level} = this.database
    while (!this.stopped) {
      const [row] = await level.iterator({...under(ERASURES), limit: 1}).all()
      if (row === undefined) return
      const [key, text] = row
      const pending = await this.withDuplicates(key, JSON.parse(text) as PendingErasure)
      await this.erase(pending)
      if (this.stopped) return
      // Deleted and replaced values stay in the files until these are written anew.
      await level.compactRange('!', '~')
      await this.database.commits.run(async () => {
        const latest = await level.get(key)
        // Somebody asked again in the meantime: there is more.
        if (latest !== undefined && (JSON.parse(latest) as PendingErasure).before > pending.before) return
        await level.del(key, {sync: true})
      })
      await level.compactRange('!', '~')
    }
  }

  /** Leaves what is left to the next start. */
  stop(): void {
    this.stopped = true
  }

  /** Whether an input came again can be told only while the first is there: found out, and noted, before anything is erased. */
  private async withDuplicates(key: string, pending: PendingErasure): Promise<Searched> {
    const {before, duplicates = [], searchedUpTo = 0} = pending
    if (searchedUpTo >= before) return {...pending, duplicates}
    const user = new ForgottenUser(pending.user)
    const decode = this.decoder()
    const seen = new Map<string, number>()
    const found = new Set(duplicates)
    for await (const records of this.log.between(this.log.begin, before))
      for (const record of records) {
        const event = isOf(user, record) ? decode(record) : undefined
        if (event === undefined || isRefusal(event)) continue
        const name = eventName(event.stream.name, event.id)
        const first = seen.get(name)
        if (first === undefined) seen.set(name, event.contentHash)
        else if (first === event.contentHash) found.add(record.offset)
      }
    const noted = {duplicates: [...found], searchedUpTo: before}
    await this.database.commits.run(async () => {
      // Somebody may have asked again in the meantime.
      const latest = JSON.parse((await this.database.level.get(key)) ?? '{}') as Partial<PendingErasure>
      const text = JSON.stringify({...pending, ...latest, ...noted})
      await this.database.level.put(key, text, {sync: true})
    })
    return {...pending, ...noted}
  }

  private async erase({user: digest, before, duplicates}: Searched): Promise<void> {
    const cases = await forgottenCases(this.database)
    const user = new ForgottenUser(digest)
    const decode = this.decoder()
    const again = new Set(duplicates)
    await this.log.rewrite(before, async (record) => {
      if (this.stopped) return undefined
      const {stream, ingestedAt, offset} = record
      const change = isControl(record) ? erasedChange(record, cases) : undefined
      if (change !== undefined) return {stream, ingestedAt, bytes: change, refusal: undefined}
      if (!isOf(user, record)) return undefined
      const event = decode(record)
      const fate = await this.fateOf(offset, again)
      const time = fate === 'accepted' && !isRefusal(event) ? event.time : null
      return {stream, ingestedAt, bytes: undefined, refusal: undefined, erased: {fate, time}}
    })
  }

  private async fateOf(offset: number, duplicates: ReadonlySet<number>): Promise<ErasedInput['fate']> {
    const place = originPlace(this.partition, offset)
    const [dead, late] = await this.database.level.getMany([DEAD_LETTERS + place, LATE_INPUTS + place])
    if (dead !== undefined) return 'dead_lettered'
    if (late !== undefined) return 'late'
    return duplicates.has(offset) ? 'duplicate' : 'accepted'
  }
}

/** Whether a record is an input of the user, and is there to be erased. */
function isOf(user: ForgottenUser, record: InputRecord): boolean {
  const {bytes, erased} = record
  if (erased !== undefined || bytes === undefined || isControl(record)) return false
  return isInputOf(user, utf8.decode(bytes))
}
