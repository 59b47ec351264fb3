import type {HeardRecord} from './heard-records.js'
import {lifted, type SaidRecord, saidAlert} from './said-records.js'

export interface NewsOptions {
  /** What the state that was built says, the last of each record; one may come twice. Read more than once. */
  readonly kept: () => AsyncIterable<SaidRecord>
  /** What the world has heard last, by name. */
  readonly heard: ReadonlyMap<string, HeardRecord>
  /** Up to this event time nothing changes any more. */
  readonly settledUpTo: number
  /** Whether all alerts about a user would have been found, if there were any. */
  readonly isOwnUser: (user: string) => boolean
  /** So much of the log is needed before what is said about it is sure; undefined where it is there from its beginning. In ms. */
  readonly warmUpMs: number | undefined
}

export interface News {
  /** To be published. */
  readonly news: readonly SaidRecord[]
  /** By name: what is to be added to the revisions of all that is said later, so that they are above those heard. */
  readonly lifts: ReadonlyMap<string, number>
}

/** What a state that was built from the log has to say to a world that has heard most of it. */
export async function newsOf(options: NewsOptions): Promise<News> {
  const {kept, heard, settledUpTo, isOwnUser} = options
  const sureFrom = await surelyFrom(options)
  const found = new Set<string>()
  const news = new Map<string, SaidRecord>()
  const lifts = new Map<string, number>()
  for await (const said of kept()) {
    const {name, revision, content, time} = said
    found.add(name)
    const known = heard.get(name)
    if (known === undefined) {
      if (time >= sureFrom) news.set(name, said)
      continue
    }
    const isNew = known.content !== content && time >= sureFrom
    const lift = Math.max(0, known.revision + (isNew ? 1 : 0) - revision)
    if (lift > 0) lifts.set(name, lift)
    if (isNew) news.set(name, lifted(said, lift))
  }
  for (const [name, {revision, standing, time}] of heard) {
    if (found.has(name) || !name.startsWith('a:') || time <= settledUpTo || time < sureFrom) continue
    if (standing === undefined) lifts.set(name, revision + 1)
    else if (standing.key.name === 'user_id' && isOwnUser(standing.key.value)) {
      news.set(name, lifted(saidAlert({...standing, type: 'alert.retracted'}), 1))
      lifts.set(name, revision + 2)
    }
  }
  return {news: [...news.values()], lifts}
}

/** The event time from which on what was built is sure. */
async function surelyFrom({kept, warmUpMs}: NewsOptions): Promise<number> {
  if (warmUpMs === undefined) return Number.NEGATIVE_INFINITY
  let first = Number.POSITIVE_INFINITY
  for await (const {time} of kept()) first = Math.min(first, time)
  return first + warmUpMs
}
