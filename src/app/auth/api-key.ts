import {hash, randomBytes, timingSafeEqual} from 'node:crypto'
import {z} from 'zod'
import {type Principal, ROLES, type Role} from '../../adapters/http/principal.js'
import type {WallTime} from '../../core/event/time.js'

const time = z.iso.datetime()

/** What is kept of a key: enough to know it again, not enough to use it. */
export const storedKeySchema = z.strictObject({
  /** Public: the first part of the key. */
  id: z.string().regex(/^[0-9a-f]{12}$/),
  name: z.string().min(1).max(100),
  roles: z.array(z.enum(ROLES)).min(1),
  /** Of the whole key, in hex. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  rate_per_second: z.int().min(1),
  created_at: time,
  created_by: z.string(),
  expires_at: time,
  revoked_at: time.nullable(),
  revoked_by: z.string().nullable(),
})

export type StoredKey = z.infer<typeof storedKeySchema>

/** For whom and for how long a key is. */
export interface KeyRequest {
  readonly name: string
  readonly roles: readonly Role[]
  /** Milliseconds from now. */
  readonly lifetime: number
  readonly ratePerSecond: number | undefined
  readonly createdBy: string
}

const ID_BYTES = 6
const SECRET_BYTES = 32

/** Begins with a word that secret scanners can look for. */
const KEY = /^tripline_([0-9a-f]{12})_[\w-]{43}$/

/** Requests a second: of a program that sends transactions, and of people. */
const SERVICE_RATE = 10_000
const PEOPLE_RATE = 50

/** A new key: 256 random bits, to be shown once, and what is kept of it. */
export function newKey(
  {name, roles, lifetime, ratePerSecond, createdBy}: KeyRequest,
  now: WallTime,
): {readonly key: string; readonly stored: StoredKey} {
  const id = randomBytes(ID_BYTES).toString('hex')
  const key = `tripline_${id}_${randomBytes(SECRET_BYTES).toString('base64url')}`
  const stored: StoredKey = {
    id,
    name,
    roles: [...new Set(roles)],
    sha256: hash('sha256', key, 'hex'),
    rate_per_second: ratePerSecond ?? rateOf(roles),
    created_at: new Date(now).toISOString(),
    created_by: createdBy,
    expires_at: new Date(now + lifetime).toISOString(),
    revoked_at: null,
    revoked_by: null,
  }
  return {key, stored}
}

/** The requests a second that somebody may send of whom nothing else is said. */
export function rateOf(roles: readonly Role[]): number {
  return roles.includes('service') ? SERVICE_RATE : PEOPLE_RATE
}

/** The public part of what may be a key; undefined if it is none. */
export function keyIdOf(token: string): string | undefined {
  return KEY.exec(token)?.[1]
}

/** Whether a token is the key that was stored, and counts now. */
export function isValidKey(
  {sha256, expires_at, revoked_at}: StoredKey,
  token: string,
  now: WallTime,
): boolean {
  const matches = timingSafeEqual(hash('sha256', token, 'buffer'), Buffer.from(sha256, 'hex'))
  return matches && revoked_at === null && now < Date.parse(expires_at)
}

export function toPrincipal({id, name, roles, rate_per_second}: StoredKey): Principal {
  return {id: `key:${id}`, name, roles, ratePerSecond: rate_per_second}
}
