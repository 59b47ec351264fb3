/** Replies that say: not now. Nothing was written. */
const NOT_NOW = new Set([
  'OOM', //         out of memory
  'MISCONF', //     out of disk
  'LOADING',
  'BUSY',
  'READONLY', //    the master became a replica
  'NOREPLICAS',
  'MASTERDOWN',
  'CLUSTERDOWN',
  'TRYAGAIN',
  'MOVED',
  'ASK',
  'NOAUTH', //      the password is being changed
  'WRONGPASS',
])

/** Whether it makes sense to try again what failed. */
export function isPassing(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  if (error.name === 'ReplyError') return NOT_NOW.has(error.message.split(' ', 1)[0] as string)
  return !(error instanceof TypeError || error instanceof RangeError || error instanceof SyntaxError)
}

/** Redis took longer than one attempt may take. It may still do what was asked. */
export class RedisTimeoutError extends Error {
  constructor(limitMs: number) {
    super(`no answer within ${limitMs} ms`)
    this.name = 'RedisTimeoutError'
  }
}
