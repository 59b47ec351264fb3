import {hash} from 'node:crypto'
import {z} from 'zod'

/**
 * A user is forgotten: a record of the log like any other, so that every reading drops the same events, those before it.
 * It names the user by a digest: the log does not say whom it has forgotten, and who knows an id can tell whether it is meant.
 */
export interface Tombstone {
  /** What `userDigest` says of the user's id. */
  readonly user: string
  /** Where the user's events are. */
  readonly partition: number
}

const tombstoneSchema = z.strictObject({
  forget: z.string().regex(/^[0-9a-f]{64}$/),
  partition: z.int().min(0),
})

/** SHA-256 of a user's id in UTF-8, as hex. */
export function userDigest(user: string): string {
  return hash('sha256', user, 'hex')
}

export function encodeTombstone({user, partition}: Tombstone): string {
  return JSON.stringify({forget: user, partition})
}

/** The tombstone that a control record holds; undefined if it holds none. */
export function parseTombstone(value: unknown): Tombstone | undefined {
  const {data} = tombstoneSchema.safeParse(value)
  return data === undefined ? undefined : {user: data.forget, partition: data.partition}
}
