import {userDigest} from './tombstone.js'

/** So many other users' ids are known not to be meant. */
const KNOWN_OTHERS = 10_000

/** A text in quotes as JSON writes it, or a run of what ids are made of. */
const TOKEN = /"(?:[^"\\]|\\.)*"|[\p{L}\p{N}_@.+:|~-]+/gu

/** Tells what belongs to a user who is forgotten, and is known by a digest only. */
export class ForgottenUser {
  private readonly others = new Set<string>()
  private readonly events: Set<string>
  private id: string | undefined

  /** `events`: of the user's events, as far as they are known, by `eventName`. */
  constructor(
    readonly digest: string,
    events: Iterable<string> = [],
  ) {
    this.events = new Set(events)
  }

  /** Whether an id is the user's. */
  is(id: unknown): boolean {
    if (typeof id !== 'string' || this.others.has(id)) return false
    if (this.id !== undefined) return id === this.id
    if (userDigest(id) === this.digest) {
      this.id = id
      return true
    }
    if (this.others.size < KNOWN_OTHERS) this.others.add(id)
    return false
  }

  /** Whether a text that need not be JSON names the user. */
  isNamedIn(text: string): boolean {
    for (const [token] of text.matchAll(TOKEN)) if (this.is(token) || this.is(unquoted(token))) return true
    return false
  }

  addEvent(stream: string, id: string): void {
    this.events.add(eventName(stream, id))
  }

  hasEvent(stream: string, id: string): boolean {
    return this.events.has(eventName(stream, id))
  }
}

export function eventName(stream: string, id: string): string {
  return `${stream}\n${id}`
}

function unquoted(token: string): unknown {
  if (!token.startsWith('"')) return undefined
  try {
    return JSON.parse(token)
  } catch {
    return token.slice(1, -1)
  }
}
