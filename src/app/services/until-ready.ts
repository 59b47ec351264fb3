import {setTimeout as sleep} from 'node:timers/promises'

const POLL_MS = 100

/** Asks again and again; false if it ended, or `limitMs` went by. */
export async function untilReady(
  isReady: () => Promise<boolean>,
  hasEnded: () => Promise<boolean>,
  limitMs: number,
): Promise<boolean> {
  const giveUpAt = performance.now() + limitMs
  while (performance.now() < giveUpAt) {
    if (await isReady()) return true
    if (await hasEnded()) return false
    await sleep(POLL_MS)
  }
  return false
}
