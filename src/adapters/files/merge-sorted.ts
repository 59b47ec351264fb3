import {compareIds} from '../../core/event/order.js'
import {readLines} from './line-reader.js'
import {NdjsonWriter} from './ndjson-writer.js'

interface Cursor {
  readonly lines: AsyncGenerator<string>
  line: string
  time: string
  id: string
}

/** Merges files that are sorted by (event_time, id) into one. Holds one line of each. */
export async function mergeSorted(parts: readonly string[], whole: string, idField: string): Promise<void> {
  const output = new NdjsonWriter(whole)
  const cursors: Cursor[] = []
  for (const part of parts) {
    const cursor = {lines: linesOf(part), line: '', time: '', id: ''}
    if (await advance(cursor, idField)) cursors.push(cursor)
  }
  while (cursors.length > 0) {
    const first = cursors.reduce((a, b) => (comesBefore(a, b) ? a : b))
    output.write(first.line)
    await output.drained()
    if (!(await advance(first, idField))) cursors.splice(cursors.indexOf(first), 1)
  }
  await output.close()
}

async function* linesOf(path: string): AsyncGenerator<string> {
  for await (const block of readLines([path])) for (const {text} of block) if (text !== undefined) yield text
}

async function advance(cursor: Cursor, idField: string): Promise<boolean> {
  const next = await cursor.lines.next()
  if (next.done) return false
  const record = JSON.parse(next.value) as {[field: string]: string}
  cursor.line = next.value
  cursor.time = record.event_time ?? ''
  cursor.id = record[idField] ?? ''
  return true
}

function comesBefore(a: Cursor, b: Cursor): boolean {
  return a.time < b.time || (a.time === b.time && compareIds(a.id, b.id) <= 0)
}
