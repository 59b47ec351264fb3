import {rename, rm} from 'node:fs/promises'
import {END_OF_TIME, type EventTime} from '../../core/event/time.js'
import type {FinalRecord} from './final-file.js'
import {FinalRecords} from './final-records.js'
import {mergeSorted} from './merge-sorted.js'
import {NdjsonWriter} from './ndjson-writer.js'

interface Part<T extends FinalRecord> {
  readonly path: string
  readonly writer: NdjsonWriter
  readonly records: FinalRecords<T>
}

/**
 * Writes records of several partitions to one file that is sorted by event time and id, as the partitions settle.
 * Holds the records that are not settled yet.
 */
export class SettledFile<T extends FinalRecord> {
  private readonly parts = new Map<number, Part<T>>()

  constructor(
    readonly path: string,
    /** The field that names a record among those of one event time. */
    private readonly idField: keyof T & string,
  ) {}

  put(partition: number, identity: string, record: T): void {
    this.partOf(partition).records.put(identity, record)
  }

  /** No more records up to this event time come from a partition: they go out. */
  settle(partition: number, upTo: EventTime): void {
    this.partOf(partition).records.settle(upTo)
  }

  /** Resolves when there is room for more. */
  async drained(): Promise<void> {
    for (const {writer} of this.parts.values()) await writer.drained()
  }

  /** Writes what is left and closes the file. */
  async close(): Promise<void> {
    this.partOf(0)
    const parts = [...this.parts.values()]
    for (const {writer, records} of parts) {
      records.settle(END_OF_TIME)
      await writer.close()
    }
    const paths = parts.map(({path}) => path)
    if (paths.length === 1) return rename(paths[0] as string, this.path)
    await mergeSorted(paths, this.path, this.idField)
    await Promise.all(paths.map((path) => rm(path)))
  }

  private partOf(partition: number): Part<T> {
    let part = this.parts.get(partition)
    if (part === undefined) {
      const path = `${this.path}.${partition}`
      const writer = new NdjsonWriter(path)
      const records = new FinalRecords<T>(
        (record) => String(record[this.idField]),
        (record) => writer.write(JSON.stringify(record)),
      )
      part = {path, writer, records}
      this.parts.set(partition, part)
    }
    return part
  }
}
