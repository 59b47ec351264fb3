import {hash} from 'node:crypto'
import {toJSONSchema} from 'zod'
import type {Stream} from '../event/stream.js'
import type {BundleSettings} from './bundle.js'

/** Hash over the parsed content of a bundle's files, so that comments, spacing and file names do not count. */
export function contentHash(
  contents: readonly unknown[],
  streams: ReadonlyMap<string, Stream>,
  settings: BundleSettings,
): string {
  const texts = contents.map(inOneOrder).sort()
  const declared = [...streams.values()].map(({name, keyField, rank, schema}) => [
    name,
    keyField,
    rank,
    toJSONSchema(schema, {io: 'input'}),
  ])
  return shortHash(JSON.stringify([texts, declared, sortKeys(settings)]))
}

/** The first 32 hex digits of SHA-256. */
export function shortHash(text: string): string {
  return hash('sha256', text, 'hex').slice(0, 32)
}

/** Data as JSON, its fields in alphabetical order. */
export function inOneOrder(value: unknown): string {
  return JSON.stringify(sortKeys(value))
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sortKeys(inner)]),
  )
}
