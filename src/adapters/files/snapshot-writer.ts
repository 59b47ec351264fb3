import {once} from 'node:events'
import {createWriteStream} from 'node:fs'
import {mkdir, open, rename, rm} from 'node:fs/promises'
import {dirname} from 'node:path'
import {pipeline} from 'node:stream/promises'
import {createGzip} from 'node:zlib'

/** Fast: a snapshot is written often, and read once in years. */
const LEVEL = 1

/** Ends the name of one that is not whole yet. */
export const UNFINISHED = '.part'

/** Writes a snapshot: lines of JSON, the last of which says how many there are. It has its name when it is whole, and never before. */
export class SnapshotWriter {
  private readonly gzip = createGzip({level: LEVEL})
  private readonly written: Promise<void>
  private lines = 0

  private constructor(private readonly path: string) {
    this.written = pipeline(this.gzip, createWriteStream(this.part))
    // It is asked for where it matters.
    this.written.catch(() => undefined)
  }

  static async create(path: string): Promise<SnapshotWriter> {
    await mkdir(dirname(path), {recursive: true})
    return new SnapshotWriter(path)
  }

  async write(line: unknown): Promise<void> {
    this.lines++
    if (this.gzip.write(`${JSON.stringify(line)}\n`)) return
    await Promise.race([once(this.gzip, 'drain'), this.written])
  }

  async finish(): Promise<void> {
    this.gzip.end(`${JSON.stringify({lines: this.lines})}\n`)
    await this.written
    const file = await open(this.part, 'r+')
    await file.sync()
    await file.close()
    await rename(this.part, this.path)
  }

  async abandon(): Promise<void> {
    this.gzip.destroy()
    await this.written.catch(() => undefined)
    await rm(this.part, {force: true})
  }

  private get part(): string {
    return this.path + UNFINISHED
  }
}
