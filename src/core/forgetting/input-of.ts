import {parseJson} from '../event/decode.js'
import type {ForgottenUser} from './forgotten-user.js'

/**
 * Whether an input, as it was sent, is a forgotten user's: it says so in `user_id`. Where it does not say whose it is, or is
 * no JSON, it is taken to be the user's if it names the user anywhere.
 */
export function isInputOf(user: ForgottenUser, text: string): boolean {
  const parsed = parseJson(text)
  const owner = 'reason' in parsed ? undefined : ownerOf(parsed.value)
  return owner === undefined ? user.isNamedIn(text) : user.is(owner)
}

function ownerOf(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, 'user_id')) return undefined
  const {user_id: owner} = value as {readonly user_id: unknown}
  return typeof owner === 'string' ? owner : undefined
}
