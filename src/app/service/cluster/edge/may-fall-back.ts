import {setTimeout as sleep} from 'node:timers/promises'
import type {WaitedDecisions} from '../../../../adapters/redis/bus/waited-decisions.js'
import type {DecodedEvent} from '../../../../core/event/decode.js'

/** Redis is asked for no longer: whoever waits is answered. */
const LIMIT_MS = 50

/** Says whether a fallback may be given; where Redis does not say in time, it is. */
export function mayFallBackWith(
  waited: WaitedDecisions,
  partitionOf: (user: string) => number,
): (transaction: DecodedEvent) => Promise<boolean> {
  return async ({key: user, id: transaction}) => {
    const asked = waited.giveFallback(partitionOf(user), {user, transaction}).catch(() => true)
    return Promise.race([asked, sleep(LIMIT_MS, true)])
  }
}
