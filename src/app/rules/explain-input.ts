import {type Line, readLines} from '../../adapters/files/line-reader.js'
import {END_OF_TIME, parseEventTime} from '../../core/event/time.js'

/** Where a line says when its event happened. */
const EVENT_TIME = /"event_time"\s*:\s*("[^"\\]*"|\d+)/

/** Recorded lines that can be read more than once: files each time anew, standard input from memory. */
export class RecordedLines {
  private kept: (readonly Line[])[] | undefined

  constructor(private readonly paths: readonly string[]) {}

  async *read(): AsyncGenerator<readonly Line[]> {
    if (this.paths.includes('-') && this.kept === undefined) {
      this.kept = []
      for await (const block of readLines(this.paths)) this.kept.push(block)
    }
    yield* this.kept ?? readLines(this.paths)
  }

  /** Only those that may hold one of the texts as a string: in most of a large file the wanted ones are few. */
  async *holding(texts: readonly string[]): AsyncGenerator<readonly Line[]> {
    const wanted = texts.map((text) => JSON.stringify(text))
    // An escaped character may stand for any.
    const mayHold = ({text = ''}: Line): boolean =>
      wanted.some((each) => text.includes(each)) || text.includes('\\')
    for await (const block of this.read()) {
      const lines = block.filter(mayHold)
      if (lines.length > 0) yield lines
    }
  }

  /** Whether some event is later than a time. */
  async reachBeyond(time: string): Promise<boolean> {
    const end = parseEventTime(time) ?? END_OF_TIME
    for await (const block of this.read()) {
      for (const {text = ''} of block) {
        const [, told] = EVENT_TIME.exec(text) ?? []
        const at = told === undefined ? undefined : parseEventTime(JSON.parse(told))
        if (at !== undefined && at > end) return true
      }
    }
    return false
  }
}
