/** Redis could not be reached, or did not do what was asked, for longer than the store may wait. Nothing is lost: try again later. */
export class RedisUnavailableError extends Error {
  constructor(message: string, cause: unknown) {
    super(message, {cause})
    this.name = 'RedisUnavailableError'
  }
}

/** The server is reachable but may not be used as it is: every reason with its remedy. */
export class RedisRefusedError extends Error {
  constructor(readonly problems: readonly string[]) {
    super(problems.join('\n'))
    this.name = 'RedisRefusedError'
  }
}

/**
 * The state of a partition is gone: Redis was flushed, or is another one. What was there has to be rebuilt from the log;
 * `RedisStateStore.beginAnew` says that this is going to be done.
 */
export class StateLostError extends Error {
  constructor(
    readonly partition: number,
    readonly expected: string,
    /** Empty if there is nothing at all. */
    readonly found: string,
  ) {
    const what =
      found === '' ? 'Redis holds nothing of it' : `Redis holds that of another installation (${found})`
    super(
      `the state of partition ${partition} (${expected}) is lost: ${what}; restore Redis, or rebuild the state from the log`,
    )
    this.name = 'StateLostError'
  }
}

/** Redis holds an older state than was committed: an older file of it was restored, or a copy took over that lacked the last writes. */
export class StateSetBackError extends Error {
  constructor(partition: number, place: string, was: number, is: number) {
    super(
      `the state of partition ${partition} was set back: it had read ${place} up to offset ${was}, and Redis has it at ${is}; what came since is read again, and only what nobody has heard is said`,
    )
    this.name = 'StateSetBackError'
  }
}

/** Redis holds the state of another installation, or of another time, than was noted on the log. */
export class ForeignStateError extends RangeError {
  constructor(partition: number, expected: string, found: string) {
    super(
      `Redis holds another state of partition ${partition} (${found}) than the one that belongs to these topics (${expected}): set redis.url to the right one, or use another namespace; to build the state anew from the topics, delete the keys of the namespace in this Redis`,
    )
    this.name = 'ForeignStateError'
  }
}

/** A newer generation of the state took over. */
export class SupersededError extends RangeError {
  constructor(partition: number, generation: string) {
    super(
      `generation ${generation} of the state has taken over partition ${partition}; set redis.generation: ${generation}`,
    )
    this.name = 'SupersededError'
  }
}

/** Somebody else writes under keys of this installation. */
export class ForeignKeyError extends Error {
  constructor(key: string) {
    super(`${key} in Redis holds something that Tripline did not write; use another namespace, or delete it`)
    this.name = 'ForeignKeyError'
  }
}
