import {createReadStream} from 'node:fs'
import {readdir, rm} from 'node:fs/promises'
import {join} from 'node:path'
import {pipeline} from 'node:stream'
import {createGunzip} from 'node:zlib'
import {SnapshotWriter, UNFINISHED} from './snapshot-writer.js'

/** So many of a partition are kept: should the newest turn out to be broken, there is another. */
const KEPT = 2

const SUFFIX = '.snapshot.gz'

/** Snapshots of one partition, in a folder that all workers see. */
export class SnapshotFolder {
  constructor(private readonly folder: string) {}

  /** `offset`: that of the partition; a snapshot with a higher one is newer. `at`: ms, tells two of one offset apart. */
  begin(offset: number, at: number): Promise<SnapshotWriter> {
    const name = `${String(offset).padStart(16, '0')}-${at}${SUFFIX}`
    return SnapshotWriter.create(join(this.folder, name))
  }

  /** Paths of those that were finished, the newest first. */
  async newestFirst(): Promise<readonly string[]> {
    const names = await readdir(this.folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return []
      throw error
    })
    const finished = names.filter((name) => name.endsWith(SUFFIX))
    return finished
      .sort()
      .reverse()
      .map((name) => join(this.folder, name))
  }

  /** Removes all but the newest, and what was never finished. */
  async prune(): Promise<void> {
    const unfinished = (await readdir(this.folder)).filter((name) => name.endsWith(UNFINISHED))
    const old = (await this.newestFirst()).slice(KEPT)
    for (const path of [...old, ...unfinished.map((name) => join(this.folder, name))])
      await rm(path, {force: true})
  }
}

/** The lines of a snapshot but the last. Throws where it is damaged, or does not end as it should. */
export async function* readSnapshot(path: string): AsyncGenerator<unknown> {
  const text = pipeline(createReadStream(path), createGunzip(), () => {
    // Whoever reads hears of it.
  }).setEncoding('utf8')
  let count = 0
  let last: unknown
  let rest = ''
  for await (const chunk of text as AsyncIterable<string>) {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      if (count++ > 0) yield last
      last = JSON.parse(line)
    }
  }
  const said = (last as {readonly lines?: unknown} | undefined)?.lines
  if (rest !== '' || said !== count - 1) throw new RangeError('it is cut short')
}
