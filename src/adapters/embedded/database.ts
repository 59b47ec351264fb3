import {mkdir} from 'node:fs/promises'
import {join} from 'node:path'
import {ClassicLevel} from 'classic-level'
import {Exclusive} from './exclusive.js'
import {FORMAT_KEY} from './keyspace.js'
import type {Standing} from './state-values.js'

/** Raised when keys or values of an older database would be misread. */
const FORMAT = '2'

const MIB = 1024 * 1024

export interface DatabaseOptions {
  /** Bytes of blocks kept in memory for reading. Default 64 MiB. */
  readonly cacheBytes?: number | undefined
}

/** Another process, or another part of this one, has the data directory open. */
export class DataDirLockedError extends Error {
  constructor(dataDir: string) {
    super(`${dataDir} is in use by another tripline process; stop it, or use another data_dir`)
    this.name = 'DataDirLockedError'
  }
}

/** The data directory holds what this version cannot read. */
export class DataFormatError extends Error {
  constructor(dataDir: string, found: string) {
    super(
      `${dataDir} holds data of format ${found}, this version of tripline reads format ${FORMAT}; ` +
        'use the version that wrote it, or another data_dir',
    )
    this.name = 'DataFormatError'
  }
}

/** One batch of writes: all of them happen, or none. */
export type Writes = ({type: 'put'; key: string; value: string} | {type: 'del'; key: string})[]

/**
 * The embedded profile's storage: log, state, outbox and read model in one database in `<data_dir>/db`, so that one
 * batch of writes can change all of them together. One process at a time holds it.
 */
export class EmbeddedDatabase {
  /** Commits check where a partition stands and then write: nothing may come in between, whoever commits. */
  readonly commits = new Exclusive()
  /** As the database has them, by partition: read at every commit. */
  readonly standings = new Map<number, Standing>()
  /** Publishing reads what is there and then writes. */
  readonly publications = new Exclusive()

  private constructor(readonly level: ClassicLevel<string, string>) {}

  /** Opens the database, creating it where there is none. Rejects with DataDirLockedError or DataFormatError. */
  static async open(dataDir: string, options: DatabaseOptions = {}): Promise<EmbeddedDatabase> {
    await mkdir(dataDir, {recursive: true, mode: 0o700})
    const level = new ClassicLevel<string, string>(join(dataDir, 'db'), {
      keyEncoding: 'utf8',
      valueEncoding: 'utf8',
      cacheSize: options.cacheBytes ?? 64 * MIB,
      writeBufferSize: 16 * MIB,
    })
    try {
      await level.open()
    } catch (error) {
      throw isLocked(error) ? new DataDirLockedError(dataDir) : error
    }
    try {
      await checkFormat(level, dataDir)
    } catch (error) {
      await level.close()
      throw error
    }
    return new EmbeddedDatabase(level)
  }

  /** Waits for what is under way, and gives the data directory free. */
  close(): Promise<void> {
    return this.level.close()
  }
}

async function checkFormat(level: ClassicLevel<string, string>, dataDir: string): Promise<void> {
  const format = await level.get(FORMAT_KEY)
  if (format === FORMAT) return
  if (format !== undefined) throw new DataFormatError(dataDir, format)
  const [first] = await level.keys({limit: 1}).all()
  if (first !== undefined) throw new DataFormatError(dataDir, 'unknown')
  await level.put(FORMAT_KEY, FORMAT, {sync: true})
}

function isLocked(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined
  return cause instanceof Error && 'code' in cause && cause.code === 'LEVEL_LOCKED'
}
